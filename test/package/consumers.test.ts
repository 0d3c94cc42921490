import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { entries, specifier } from '../../scripts/entries.mjs'
import { coreEntries, createConsumer, removeConsumer, typeCheck } from './consumer.js'

// A compiler run takes seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const root = resolve(import.meta.dirname, '../..')
const compiler = join(root, 'node_modules/typescript/bin/tsc')
const frameworks = ['express', 'hono', 'kysely', 'libsql', '@types']
const allEntries = Object.keys(entries).map(specifier)

const everything = createConsumer(frameworks)
const bare = createConsumer([])
afterAll(() => [everything, bare].forEach(removeConsumer))

describe.each(['NodeNext', 'Bundler'] as const)(
  'with TypeScript 5.9 and %s resolution, the packed tarball',
  (resolution) => {
    it('type-checks in a project that has the frameworks', () => {
      const told = typeCheck(everything, { compiler, resolution, entries: allEntries, types: ['node'] })
      expect(told).toBe('')
    })

    it('type-checks its core in a project without frameworks and without the types of Node', () => {
      const told = typeCheck(bare, { compiler, resolution, entries: coreEntries, types: [] })
      expect(told).toBe('')
    })
  },
)

describe('with TypeScript 5.9, the packed tarball type-checks in a project', () => {
  it.each(['NodeNext', 'Node16', 'Node10'] as const)('of CommonJS files under %s resolution', (resolution) => {
    const format = 'commonjs'
    expect(typeCheck(everything, { compiler, resolution, format, entries: allEntries, types: ['node'] })).toBe('')
  })
})

it('the packed tarball holds the build and its papers, nothing else', () => {
  const packed = readdirSync(join(bare, 'node_modules/grantwright'))
  const papers = ['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'SECURITY.md', 'THIRD-PARTY.md']
  expect(packed.sort()).toEqual([...papers, 'dist', 'docs', 'examples', 'package.json'])
})

describe('the packed tarball on this Node', () => {
  const run = (folder: string, ...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })

  it('offers the same names to require() as to import', () => {
    for (const entry of allEntries) {
      const required = run(
        everything,
        '-p',
        `Object.keys(require('${entry}')).filter((n) => n !== '__esModule').sort().join()`,
      )
      const imported = run(
        everything,
        '--input-type=module',
        '-e',
        `console.log(Object.keys(await import('${entry}')).sort().join())`,
      )
      expect(required, entry).toBe(imported)
      expect(imported.trim(), entry).not.toBe('')
    }
  })

  it('loads its core with nothing installed but its dependencies', () => {
    for (const entry of coreEntries) run(bare, '--input-type=module', '-e', `await import('${entry}')`)
  })
})

describe('beside a library that has a type of its own for Request.auth', () => {
  const check = (code: string) =>
    typeCheck(everything, { compiler, resolution: 'NodeNext', entries: ['grantwright/express'], types: ['node'], code })
  const handler = "import type { RequestHandler } from 'express'\nexport const handler: RequestHandler = (req) => void"

  it.each([
    [
      'express-oauth2-jwt-bearer has',
      'declare global { namespace Express { interface Request { auth?: { token: string } } } }',
    ],
    [
      'the MCP SDK has',
      "declare module 'express-serve-static-core' { interface Request { auth?: { token: string } } }",
    ],
  ])('as %s, grantwright/express compiles and leaves it as it is', (_, declaration) => {
    expect(check(`${declaration}\n${handler} (req.auth?.token satisfies string | undefined)`)).toBe('')
  })
})

// `typeCheck` must be able to say no.
it('refuses a consumer that imports what is not exported', () => {
  const told = typeCheck(everything, {
    compiler,
    resolution: 'NodeNext',
    entries: ['grantwright/dist/index.js'],
    types: ['node'],
  })
  expect(told).toContain('grantwright/dist/index.js')
})
