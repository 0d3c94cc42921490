import { describe, expect, it } from 'vitest'
import { violations } from '../../scripts/walls.mjs'

describe('the walls', () => {
  it.each([
    ['src/grant/step.ts', "import { get } from '../storage/contract.js'", 'pure'],
    ['src/grant/step.ts', "import type { Storage } from '../storage/contract.js'", 'pure'],
    ['src/grant/step.ts', "import { z } from 'zod/mini'", 'pure'],
    ['src/protocol/pkce.ts', "export { sha256 } from '@oslojs/crypto/sha2'", 'pure'],
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
    ['src/runtime/jose.ts', "export { SignJWT } from 'jose'"],
    ['src/runtime/hash.ts', "import { createHash } from 'node:crypto'"],
    ['src/storage/sqlite.ts', "import { setImmediate } from 'node:timers'"],
    ['src/cli/config.ts', "import { existsSync } from 'node:fs'"],
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
