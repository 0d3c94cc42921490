import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { entries, specifier } from '../../../scripts/entries.mjs'
import { coreEntries, createConsumer, removeConsumer, typeCheck } from '../../package/consumer.js'
import { quickStart } from '../../support/quick-start.js'

const everything = createConsumer(['express', 'hono', '@hono/node-server', 'kysely', 'libsql', '@types'])
const bare = createConsumer([])
afterAll(() => [everything, bare].forEach(removeConsumer))

const allEntries = Object.keys(entries).map(specifier)

describe.each(['typescript6', 'typescript7'])('with %s, the packed tarball', (name) => {
  const compiler = join(import.meta.dirname, 'node_modules', name, 'bin/tsc')

  it.each(['NodeNext', 'Node16', 'Bundler', 'Preserve'] as const)(
    'type-checks with the frameworks under %s resolution',
    (resolution) => {
      expect(typeCheck(everything, { compiler, resolution, entries: allEntries, types: ['node'] })).toBe('')
    },
  )

  it.each(['NodeNext', 'Bundler'] as const)('type-checks its core alone under %s resolution', (resolution) => {
    expect(typeCheck(bare, { compiler, resolution, entries: coreEntries, types: [] })).toBe('')
  })

  it.each(['NodeNext', 'Node20', 'Node16', 'CommonJS with Bundler'] as const)(
    'type-checks in a CommonJS file under %s resolution',
    (resolution) => {
      const format = 'commonjs'
      expect(typeCheck(everything, { compiler, resolution, format, entries: allEntries, types: ['node'] })).toBe('')
    },
  )
})

it('the quick start of README.md is TypeScript as it stands, in files that end in .mts', () => {
  const files = [...quickStart.keys()].filter((name) => name.endsWith('.mjs'))
  for (const name of files) writeFileSync(join(everything, name.replace('.mjs', '.mts')), quickStart.get(name) ?? '')
  const compiler = join(import.meta.dirname, 'node_modules/typescript7/bin/tsc')
  const settings = ['--noEmit', '--strict', '--module', 'nodenext', '--types', 'node', '--ignoreConfig']
  const sources = files.map((name) => name.replace('.mjs', '.mts'))
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, ...settings, ...sources], {
    cwd: everything,
    encoding: 'utf8',
  })
  expect([sources.length, stdout + stderr]).toEqual([3, ''])
})

it('with typescript6, the packed tarball type-checks under Node10 resolution, which it is the last to have', () => {
  const compiler = join(import.meta.dirname, 'node_modules/typescript6/bin/tsc')
  const old = { resolution: 'Node10', format: 'commonjs', ignoreDeprecations: '6.0' } as const
  expect(typeCheck(everything, { compiler, ...old, entries: allEntries, types: ['node'] })).toBe('')
})
