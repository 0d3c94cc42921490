/**
 * The recipes of docs/users are TypeScript as strict compilers want it.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { compilerOptions } from '../../support/strict-compiler.js'
import { blocksOf, createFolder } from './recipe.js'

const root = resolve(import.meta.dirname, '../../..')
const pages = readdirSync(join(root, 'docs/users'))

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const cases: [string, Record<string, string>][] = pages.map((page) => [page, {}])

it.each([...cases, ['iron-session.md', { 'iron-session': 'iron-session-8' }] as const])('%s %j', (page, instead) => {
  const folder = createFolder(instead)
  folders.push(folder)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const blocks = blocksOf(page)
  expect([...blocks.keys()]).toEqual(expect.arrayContaining(['auth.ts', 'app.ts']))
  for (const [name, code] of blocks) writeFileSync(join(folder, name), code)
  const tsc = join(root, 'node_modules/typescript/lib/tsc.js')
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})
