/**
 * The driver that docs/storage.md shows, as it stands there: over Deno KV on a file, proved with the published suite.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const repository = join(import.meta.dirname, '../../..')
const folder = join(import.meta.dirname, 'deno-kv')
const page = readFileSync(join(repository, 'docs/storage.md'), 'utf8')

// The built package, as an app would have it.
const installed = join(import.meta.dirname, 'node_modules/grantwright')
if (!existsSync(installed)) symlinkSync(repository, installed, 'junction')

const data = mkdtempSync(join(tmpdir(), 'grantwright-kv-'))
process.env.KV_FILE = join(data, 'kv.db')
afterAll(() => rmSync(data, { recursive: true }))

describe.each(['deno-kv.ts', 'suite.ts'])('%s', (name) => {
  it('stands in docs/storage.md word for word', () => {
    expect(page).toContain(`\`\`\`ts\n${readFileSync(join(folder, name), 'utf8')}\`\`\``)
  })
})

it('type-checks as it stands there', () => {
  const compiler = join(repository, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
})

await import(join(folder, 'suite.ts'))
