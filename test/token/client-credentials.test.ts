import { describe, expect, it } from 'vitest'
import { OAuthError } from '../../src/edge/errors.js'
import type { Claims } from '../../src/users/contract.js'
import {
  API,
  claimsOf,
  clients,
  type Form,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  START,
  snapshot,
} from '../support/harness.js'

const form = (more: Record<string, string | string[]> = {}): Form => ({ grant_type: 'client_credentials', ...more })

it('answers with an access token, and never a refresh token', async () => {
  const h = harness()
  const { status, body, headers } = await h.token(form(), 'machine')
  expect(status).toBe(200)
  expect(body).toEqual({
    access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    token_type: 'Bearer',
    expires_in: 600,
    scope: 'read',
  })
  expect(headers.get('cache-control')).toBe('no-store')
  expect(await snapshot(h)).toBe(await snapshot(harness()))
  expect(h.events).toMatchObject([{ type: 'client_token_issued', clientId: 'machine', resource: API }])
})

it('names the client as subject, and has no login', async () => {
  const { body } = await harness().token(form(), 'machine')
  const now = START / 1000
  expect(claimsOf(body.access_token)).toEqual({
    iss: ISSUER,
    sub: 'machine',
    aud: API,
    client_id: 'machine',
    scope: 'read',
    iat: now,
    exp: now + 600,
    jti: expect.stringMatching(/^c\.[\w-]{22}$/),
  })
})

it('gives an opaque token for a resource that wants one', async () => {
  const h = harness()
  const { body } = await h.token(form({ resource: OTHER_API, scope: 'admin' }), 'machine')
  expect(body.access_token).toMatch(/^gwat_/)
  expect(await introspected(h, body.access_token, 'machine')).toMatchObject({
    active: true,
    sub: 'machine',
    aud: OTHER_API,
  })
})

it('gives the scope that is asked for', async () => {
  expect((await harness().token(form({ scope: 'write read' }), 'machine')).body.scope).toBe('write read')
})

it.each(['read fly', 'read admin', ' read  ', 'fly', 'admin openid', '  ', 'offline_access', ''])(
  'gives what is known of the scope %j, else the default, and tells it',
  async (scope) => {
    const { body } = await harness().token(form({ scope }), 'machine')
    expect([body.scope, claimsOf(body.access_token).scope]).toEqual(['read', 'read'])
  },
)

it('tells the operator which names were left out', async () => {
  const h = harness()
  await h.token(form({ scope: 'read fly admin offline_access' }), 'machine')
  const hint = 'Received "fly", "admin", which no resource of the request knows. What it asks for now is "read".'
  expect(h.events).toContainEqual(
    expect.objectContaining({ type: 'scope_left_out', endpoint: 'token', clientId: 'machine', hint }),
  )
})

describe('is refused', () => {
  it.each([
    ['for a malformed scope', { scope: 'read "write"' }, 'invalid_scope'],
    ['for a space that is none', { scope: 'read\u00a0write' }, 'invalid_scope'],
    ['for an unknown resource', { resource: 'https://nowhere.example.com' }, 'invalid_target'],
    ['for a resource that is no URI', { resource: 'api' }, 'invalid_target'],
    ['for two resources', { resource: [API, OTHER_API] }, 'invalid_target'],
    ['for two resources with scope for both', { resource: [API, OTHER_API], scope: 'read admin' }, 'invalid_target'],
  ])('%s', async (_, more, error) => {
    const h = harness()
    const { status, body } = await h.token(form(more), 'machine')
    expect({ status, error: body.error }).toEqual({ status: 400, error })
    expect(h.events).toMatchObject([{ type: 'refused' }])
  })

  it('for scope and resource beyond the client’s own limits', async () => {
    const h = harness({ clients: [{ ...clients.machine, scope: 'read', resources: [API] }] })
    expect((await h.token(form({ scope: 'read write' }), 'machine')).body.error).toBe('invalid_scope')
    expect((await h.token(form({ resource: OTHER_API }), 'machine')).body.error).toBe('invalid_target')
    expect((await h.token(form(), 'machine')).status).toBe(200)
  })

  it('for a public client, whose name alone proves nothing', async () => {
    const { status, body } = await harness().token(form(), 'spa')
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'unauthorized_client' })
  })
})

describe('the hook for claims', () => {
  it('is asked with client, scope and resource, and its claims are in the token', async () => {
    const asked: unknown[] = []
    const h = harness({
      clientClaims: (...call) => {
        asked.push(call)
        return { tenant: 't1' }
      },
    })
    expect(claimsOf((await h.token(form(), 'machine')).body.access_token).tenant).toBe('t1')
    expect(asked).toEqual([[{ client_id: 'machine' }, { scope: ['read'], resource: API }]])
  })

  it('may give what is only like a promise, as many database clients do', async () => {
    const row = Promise.resolve({ tenant: 't1' })
    // biome-ignore lint/suspicious/noThenProperty: an object with `then` is what the test is about
    const query = { connection: 'canary', then: row.then.bind(row) } as unknown as typeof row
    const claims = claimsOf((await harness({ clientClaims: () => query }).token(form(), 'machine')).body.access_token)
    expect(claims.tenant).toBe('t1')
    expect(JSON.stringify(claims)).not.toContain('canary')
  })

  it('may give nothing, at once or later', async () => {
    for (const clientClaims of [() => undefined, async () => undefined, async () => null]) {
      const h = harness({ clientClaims: clientClaims as unknown as () => Claims })
      expect((await h.token(form(), 'machine')).status).toBe(200)
    }
  })

  it('never replaces what the protocol says', async () => {
    const h = harness({
      clientClaims: async () => ({ sub: 'root', scope: 'admin', exp: 9e9, cnf: {}, act: {}, jti: 'g.x' }),
    })
    const claims = claimsOf((await h.token(form(), 'machine')).body.access_token)
    expect(claims).toMatchObject({ sub: 'machine', scope: 'read', exp: START / 1000 + 600 })
    expect(claims).not.toHaveProperty('cnf')
    expect(claims).not.toHaveProperty('act')
    expect(claims.jti).toMatch(/^c\./)
  })

  it('that fails is a server_error without detail', async () => {
    const h = harness({
      clientClaims: () => {
        throw new Error('canary')
      },
    })
    const { status, body } = await h.token(form(), 'machine')
    expect({ status, error: body.error }).toEqual({ status: 500, error: 'server_error' })
    expect(JSON.stringify(body)).not.toContain('canary')
    expect(h.events).toMatchObject([{ type: 'failed', endpoint: 'token', cause: { message: 'canary' } }])
  })

  it('may refuse with an OAuthError of its own', async () => {
    const h = harness({
      clientClaims: () => {
        throw new OAuthError('unauthorized_client', 'This tenant is closed.')
      },
    })
    expect(await h.token(form(), 'machine')).toMatchObject({
      status: 400,
      body: { error: 'unauthorized_client', error_description: 'This tenant is closed.' },
    })
  })

  it('may refuse in words that RFC 6749 does not allow: those are left out', async () => {
    const h = harness({
      clientClaims: () => {
        throw new OAuthError('unauthorized_client', 'No "quotes", \\, ünï\r\ncodes.')
      },
    })
    expect((await h.token(form(), 'machine')).body.error_description).toBe('No quotes, , ncodes.')
  })
})
