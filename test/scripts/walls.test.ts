import { describe, expect, it } from 'vitest'
import { fileCircles } from '../../scripts/walls/file-circles.mjs'
import { importGraph } from '../../scripts/walls/imports.mjs'
import { roomCircles, roomOf } from '../../scripts/walls/room-circles.mjs'
import { violations } from '../../scripts/walls.mjs'

/** What files import of each other, from path → text. */
const graphOf = (files: Record<string, string>) => importGraph(new Map(Object.entries(files)))

describe('the walls', () => {
  it.each([
    ['src/grant/step.ts', "import { get } from '../storage/contract.js'", 'pure'],
    ['src/grant/step.ts', "import type { Storage } from '../storage/contract.js'", 'pure'],
    ['src/grant/step.ts', "import { z } from 'zod/mini'", 'pure'],
    ['src/protocol/pkce.ts', "export { sha256 } from '@oslojs/crypto/sha2'", 'pure'],
    ['src/known-clients/find.ts', "import { get } from '../storage/contract.js'", 'pure'],
    ['src/authorize/consent.ts', "import { knownClients } from '../known-clients/list.js'", 'no rule depends'],
    ['src/features/x/x.ts', "import { knownClients } from '../../known-clients/index.js'", 'no rule depends'],
    ['src/server.ts', "import { nodeListener } from '../adapters/node.js'", 'never the other way round'],
    ['src/server.ts', "import { nodeListener } from 'grantwright/node'", 'never the other way round'],
    ['src/keys/signer.ts', "import { SignJWT } from 'jose'", 'one door to jose'],
    ['adapters/node.ts', "import type { JWK } from 'jose'", 'one door to jose'],
    ['src/server.ts', "import { createHash } from 'node:crypto'", 'without Node'],
    ['src/server.ts', "const crypto = await import('node:crypto')", 'without Node'],
    ['src/server.ts', "type Server = import('node:http').Server", 'without Node'],
    ['src/storage/contract.ts', "import { createHash } from 'node:crypto'", 'without Node'],
    ['src/clients/registry.ts', "import { tell } from '../cli/failure.js'", 'nothing on the CLI'],
    ['adapters/node.ts', "import { tell } from '../src/cli/failure.js'", 'nothing on the CLI'],
    ['src/client.ts', "import { createHash } from 'node:crypto'", 'without Node'],
    ['src/construction/options.ts', "import { z } from 'zod'", 'zod/mini'],
    ['src/token/token.ts', "import { memoryStorage } from '../storage/memory.js'", 'typed repositories'],
    ['src/token/token.ts', "import { sqliteStorage } from '../storage/sqlite.js'", 'typed repositories'],
    ['src/token/token.ts', "import type { Storage } from '../storage/contract.js'", 'typed repositories'],
    ['src/features/openid/rules/hint.ts', "import { now } from '../clock.js'", 'pure'],
    ['src/features/openid/rules/hint.ts', "import type { Term } from '../../../points/term.js'", 'pure'],
    ['src/construction/core.ts', "import { openid } from '../features/openid/feature.js'", 'known by nobody'],
    [
      'src/construction/core.ts',
      "import { guardedDocuments } from '../guarded-fetch/documents.js'",
      'by features alone',
    ],
    [
      'src/client-keys/remote-keys.ts',
      "import { guardedDocuments } from '../guarded-fetch/documents.js'",
      'by features alone',
    ],
    ['src/token/token.ts', "import { clientKeys } from '../client-keys/client-keys.js'", 'for features alone'],
    ['src/features/device/feature.ts', "import { openid } from '../openid/feature.js'", 'known by nobody'],
    ['src/server.ts', "import type { Request } from 'express'", 'adapters alone'],
    ['src/server.ts', "import { Hono } from 'hono'", 'adapters alone'],
    ['adapters/next.ts', "import { NextResponse } from 'next/server'", 'only the types'],
    ['adapters/express.ts', "import { Hono } from 'hono'", 'only the types'],
    ['adapters/node.ts', "import express, { type Request } from 'express'", 'only the types'],
  ])('%s must not say: %s', (path, line, why) => {
    const found = violations(path, `// a comment\n${line}\n`)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`${path}:2: imports `)
    expect(found[0]).toContain(why)
  })

  it.each([
    ['src/grant/refresh.ts', "import { digest } from '../runtime/hash.js'"],
    ['src/grant/refresh.ts', "import { narrow } from '../protocol/scope.js'"],
    ['src/protocol/scope.ts', "import type { Grant } from '../grant/state.js'"],
    ['src/features/openid/rules/hint.ts', "import type { Grant } from '../../../grant/state.js'"],
    ['src/features/openid/feature.ts', "import { hint } from './rules/hint.js'"],
    ['src/features/openid/feature.ts', "import { guardedDocuments } from '../../guarded-fetch/documents.js'"],
    ['src/client-keys/remote-keys.ts', "import type { Documents } from '../guarded-fetch/contract.js'"],
    ['src/features/openid/feature.ts', "import { clientKeys } from '../../client-keys/client-keys.js'"],
    ['src/runtime/jose.ts', "export { SignJWT } from 'jose'"],
    ['src/runtime/hash.ts', "import { createHash } from 'node:crypto'"],
    ['src/storage/sqlite.ts', "import { setImmediate } from 'node:timers'"],
    ['src/cli/config.ts', "import { existsSync } from 'node:fs'"],
    ['src/cli/commands/doctor.ts', "import { knownClients } from '../../known-clients/index.js'"],
    ['src/presets/mcp.ts', "import { knownClients } from '../known-clients/index.js'"],
    ['src/known-clients/find.ts', "import { matchRedirectUri } from '../protocol/redirect-uri.js'"],
    ['src/cli/commands/keys.ts', "import { tell } from '../failure.js'"],
    ['src/cli/config.ts', "import { deploymentOf } from '../deployments.js'"],
    ['src/construction/options.ts', "import { z } from 'zod/mini'"],
    ['src/token/token.ts', "import type { Repositories } from '../storage/repositories.js'"],
    ['adapters/node.ts', "import type { IncomingMessage } from 'node:http'"],
    ['adapters/node.ts', "import type { Request } from 'express'"],
    ['adapters/testing.ts', "import { type Request } from 'express'"],
    ['adapters/hono.ts', "import { createMiddleware } from 'hono/factory'"],
  ])('%s may say: %s', (path, line) => {
    expect(violations(path, line)).toEqual([])
  })
})

describe('purity of src/grant and src/protocol', () => {
  it.each([
    ['const now = Date.now()', 'Date.now'],
    ['const now = new Date()', 'new Date'],
    ['const now = globalThis.Date.now()', 'Date.now'],
    ['const id = Math.random()', 'Math.random'],
    ['const id = crypto.randomUUID()', 'crypto'],
    ['const id = globalThis.crypto.randomUUID()', 'crypto'],
    ['export async function step() {}', 'async'],
    ['const x = await other', 'await'],
    ['for await (const x of y) {}', 'await'],
    ['type Later = Promise<string>', 'Promise'],
    ['setTimeout(step, 1)', 'setTimeout'],
    ['const secret = process.env.SECRET', 'process'],
  ])('forbids: %s', (line, what) => {
    const found = violations('src/grant/step.ts', `\n${line}`)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(new RegExp(`^src/grant/step.ts:2: uses ${what}: .*no clock`))
  })

  it('does not stumble over comments, strings, members and types of the same name', () => {
    const text = `
      // RFC 6749: Date.now, await, Promise
      interface Step { readonly process: string }
      export const text = 'Math.random' + step.process
      export const later: (now: number) => Date | null = { fetch: 1 }.fetch
    `
    expect(violations('src/protocol/scope.ts', text)).toEqual([])
  })

  it('binds only those two folders', () => {
    expect(violations('src/token/token.ts', 'export async function token() { return Date.now() }')).toEqual([])
  })
})

describe('text on the wire', () => {
  it.each([
    ['src/edge/cookies.ts', 'const name = pair.slice(0, at).trim()', 'calls trim()'],
    ['src/edge/form.ts', 'const type = header?.toLowerCase()', 'calls toLowerCase()'],
    ['src/pages/locale.ts', 'const range = part.trim()', 'calls trim()'],
    ['src/edge/network.ts', 'const same = /^\\s*$/.test(header)', 'uses \\s'],
    ['src/edge/network.ts', 'const same = /^basic$/iu.test(scheme)', 'uses a regular expression with i and u'],
    ['adapters/express.ts', 'const host = req.headers.host.trimEnd()', 'calls trimEnd()'],
  ])('%s must not say: %s', (path, line, what) => {
    const found = violations(path, `\n${line}`)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`${path}:2: ${what}`)
    expect(found[0]).toContain('ASCII')
  })

  it.each([
    ['src/pages/html.ts', 'const shown = text.trim()'],
    ['src/users/fold-name.ts', "const name = username.normalize('NFKD').toLowerCase()"],
    ['src/edge/network.ts', 'const same = /^basic$/i.test(scheme)'],
    ['src/edge/network.ts', 'const same = /\\p{L}/u.test(name)'],
    ['src/edge/network.ts', 'const same = /^\\\\s$/.test(name)'],
  ])('%s may say: %s', (path, line) => {
    expect(violations(path, line)).toEqual([])
  })
})

describe('import circles', () => {
  it.each([
    "import { b } from './b.js'",
    "import b from './b.js'",
    "import './b.js'",
    "import type { B } from './b.js'",
    "import { type B } from './b.js'",
    "export { b } from './b.js'",
    "export type { B } from './b.js'",
    "export * from './b.js'",
    "import b = require('./b.js')",
    "declare module './b.js' {}",
    "type B = import('./b.js').B",
    'type B = typeof import(`./b.js`)',
    "const later = () => import('./b.js')",
  ])('one is closed by: %s', (line) => {
    const found = fileCircles(graphOf({ 'src/a.ts': line, 'src/b.ts': "import type { A } from './a.js'" }))
    expect(found).toEqual([
      'src/a.ts → src/b.ts → src/a.ts: imports in a circle: the type that both sides need goes below both',
    ])
  })

  it.each([
    ['grantwright/express', 'adapters/express.ts'],
    ['grantwright/testing/adapter', 'adapters/testing.ts'],
    ['grantwright/storage/memory', 'src/storage/memory.ts'],
    ['grantwright', 'src/index.ts'],
  ])("one is closed by our own package's name: %s", (specifier, file) => {
    const found = fileCircles(
      graphOf({
        'adapters/a.ts': `import '${specifier}'`,
        [file]: `import '${'../'.repeat(file.split('/').length - 1)}adapters/a.js'`,
      }),
    )
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`adapters/a.ts → ${file} → adapters/a.ts: `)
  })

  it('a file that imports itself is one', () => {
    expect(fileCircles(graphOf({ 'src/a.ts': "import { a } from './a.js'" }))[0]).toContain('src/a.ts → src/a.ts: ')
  })

  it('two ways to the same file are none, nor is a comment, a text or a package', () => {
    const found = fileCircles(
      graphOf({
        'src/a.ts': "import './b.js'\nimport './c.js'",
        'src/b.ts': "import './d.js'",
        'src/c.ts': "import './d.js'",
        'src/d.ts': "// import './a.js'\nconst text = \"import './a.js'\"\nimport 'a'\nimport './gone.js'",
      }),
    )
    expect(found).toEqual([])
  })

  it('names a shortest one of files that reach each other, and how many these are', () => {
    const found = fileCircles(
      graphOf({
        'src/a.ts': "import './b.js'",
        'src/b.ts': "import './c.js'",
        'src/c.ts': "import './a.js'\nimport './d.js'",
        'src/d.ts': "import './c.js'",
        'src/outside.ts': "import './a.js'",
      }),
    )
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^src\/c\.ts → src\/d\.ts → src\/c\.ts: .*among 4 files/)
  })

  it('names each of those that do not reach each other, in the same order whatever the order of files and lines', () => {
    const files = {
      'src/a.ts': "import './c.js'\nimport './b.js'\nimport './y.js'",
      'src/b.ts': "import './a.js'",
      'src/c.ts': "import './a.js'",
      'src/x.ts': "import './y.js'",
      'src/y.ts': "import './x.js'",
    }
    const found = fileCircles(graphOf(files))
    expect(found.map((line) => line.split(':', 1)[0])).toEqual([
      'src/a.ts → src/b.ts → src/a.ts',
      'src/x.ts → src/y.ts → src/x.ts',
    ])
    expect(found[0]).toContain('among 3 files')
    expect(found[1]).not.toContain('among')
    const reversed = Object.entries(files).map(([path, text]) => [path, text.split('\n').reverse().join('\n')])
    expect(fileCircles(graphOf(Object.fromEntries(reversed.reverse())))).toEqual(found)
  })
})

describe('circles of rooms', () => {
  it('are found between files that form none, with one import for each step', () => {
    const imports = graphOf({
      'src/grant/refresh.ts': "import '../protocol/scope.js'",
      'src/grant/state.ts': '',
      'src/grant/step.ts': "import '../protocol/scope.js'",
      'src/protocol/scope.ts': '',
      'src/protocol/token-string.ts': "import type { Grant } from '../grant/state.js'",
    })
    expect(fileCircles(imports)).toEqual([])
    expect(roomCircles(imports)).toEqual([
      'grant → protocol → grant: rooms in a circle: src/grant/refresh.ts imports src/protocol/scope.ts, ' +
        'src/protocol/token-string.ts imports src/grant/state.ts: what both rooms need goes into a room below both',
    ])
  })

  it('name a shortest one of rooms that reach each other, and how many these are', () => {
    const found = roomCircles(
      graphOf({
        'src/a/1.ts': "import '../b/1.js'",
        'src/b/1.ts': "import '../c.js'",
        'src/c.ts': "import './a/1.js'\nimport './b/1.js'",
      }),
    )
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^b → c\.ts → b: .*among 3 rooms/)
  })

  it('are none within a room, nor where all imports go one way', () => {
    const imports = graphOf({
      'src/pages/testing.ts': "import './testing/forms.js'\nimport '../server.js'",
      'src/pages/testing/forms.ts': "import '../html.js'",
      'src/pages/html.ts': "import './testing.js'",
      'src/server.ts': '',
      'adapters/express.ts': "import './node/message.js'\nimport '../src/server.js'",
      'adapters/node/message.ts': "import '../express.js'",
    })
    expect(roomCircles(imports)).toEqual([])
  })

  it.each([
    ['src/grant/step.ts', 'grant'],
    ['src/cli/commands/keys.ts', 'cli'],
    ['src/pages/testing/samples/login.ts', 'pages'],
    ['src/storage/testing.ts', 'storage'],
    ['src/features/apps/endpoint.ts', 'features/apps'],
    ['src/features/apps/pages/list.ts', 'features/apps'],
    ['src/server.ts', 'server.ts'],
    ['adapters/express.ts', 'adapters'],
    ['adapters/node/message.ts', 'adapters'],
  ])('%s is in the room %s', (path, room) => {
    expect(roomOf(path)).toBe(room)
  })
})
