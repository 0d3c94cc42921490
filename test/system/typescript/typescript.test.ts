import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { entries, specifier } from '../../../scripts/entries.mjs'
import { coreEntries, createConsumer, removeConsumer, typeCheck } from '../../package/consumer.js'

const everything = createConsumer(['express', 'hono', 'kysely', 'libsql', '@types'])
const bare = createConsumer([])
afterAll(() => [everything, bare].forEach(removeConsumer))

const allEntries = Object.keys(entries).map(specifier)

describe.each(['typescript6', 'typescript7'])('with %s, the packed tarball', (name) => {
  const compiler = join(import.meta.dirname, 'node_modules', name, 'bin/tsc')

  it.each(['NodeNext', 'Bundler'] as const)('type-checks with the frameworks under %s resolution', (resolution) => {
    expect(typeCheck(everything, { compiler, resolution, entries: allEntries, types: ['node'] })).toBe('')
  })

  it.each(['NodeNext', 'Bundler'] as const)('type-checks its core alone under %s resolution', (resolution) => {
    expect(typeCheck(bare, { compiler, resolution, entries: coreEntries, types: [] })).toBe('')
  })
})
