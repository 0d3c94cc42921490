import { describe, expect, it } from 'vitest'
import { authenticateClient } from '../../src/client-authentication/authenticate.js'
import { type Client, clientSecretHash } from '../../src/clients/client.js'
import { parseStaticClients } from '../../src/clients/static.js'
import { OAuthError } from '../../src/edge/errors.js'
import type { HttpRequest } from '../../src/edge/message.js'
import type { Deployed } from '../../src/points/tables.js'
import { parseParameters } from '../../src/protocol/parameters.js'
import { tables, vocabulary } from '../support/tables.js'

const secret = 's3cret:with%odd chars+/ and more ='
const redirect_uris = ['https://app.example.com/cb']
const now = 1_000_000

const clients = new Map<string, Client>(
  parseStaticClients(
    [
      { client_id: 'basic', client_secret: secret, redirect_uris },
      { client_id: 'a:b c', client_secret: secret, redirect_uris },
      { client_id: 'post', client_secret: secret, redirect_uris, token_endpoint_auth_method: 'client_secret_post' },
      { client_id: 'native', redirect_uris, token_endpoint_auth_method: 'none' },
    ],
    vocabulary,
  ),
)

const basic = (id: string, password: string) =>
  `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`)}`

/** All of a server that is looked at. */
const serverOf = (find: (id: string) => Client | null | Promise<Client | null>) =>
  ({ clients: { find }, now: () => now, tables }) as unknown as Deployed

function authenticate(
  authorization: string | readonly string[],
  form: Record<string, string> | string = {},
  known = clients,
) {
  const request: HttpRequest = {
    method: 'POST',
    url: '/oauth/token',
    headerValues: (name) => (name === 'authorization' ? [authorization].flat() : []),
    body: async () => new Uint8Array(),
    native: undefined,
  }
  const parameters = parseParameters(typeof form === 'string' ? form : new URLSearchParams(form).toString())
  return authenticateClient(
    request,
    parameters,
    serverOf((id) => known.get(id) ?? null),
  )
}

/** The error that a client sees. */
async function refusal(attempt: Promise<Client>) {
  const error = await attempt.then(
    ({ client_id }) => expect.unreachable(`${client_id} was let in`),
    (error: unknown) => error,
  )
  if (!(error instanceof OAuthError)) throw error
  return { code: error.code, status: error.status, headers: error.headers, message: error.message }
}

const challenge = ['www-authenticate', expect.stringMatching(/^Basic realm="[^"]+", charset="UTF-8"$/)]
const unknownOverHeader = { code: 'invalid_client', status: 401, headers: [challenge] }
const unknownOverBody = { code: 'invalid_client', status: 401, headers: [] }

describe('client_secret_basic', () => {
  it('lets the client in', async () => {
    expect(await authenticate(basic('basic', secret))).toBe(clients.get('basic'))
  })

  it('decodes id and secret as form values, after the split at the first colon (RFC 6749 §2.3.1)', async () => {
    expect(await authenticate(basic('a:b c', secret))).toBe(clients.get('a:b c'))
    const plus = `Basic ${btoa(`a%3Ab+c:${encodeURIComponent(secret).replaceAll('%20', '+')}`)}`
    expect(await authenticate(plus)).toBe(clients.get('a:b c'))
  })

  it.each(['basic', 'BASIC', 'bAsIc'])('takes the scheme as %s', async (scheme) => {
    expect(await authenticate(basic('basic', secret).replace('Basic', scheme))).toBe(clients.get('basic'))
  })

  it('takes the same client_id in the body beside it', async () => {
    expect(await authenticate(basic('basic', secret), { client_id: 'basic' })).toBe(clients.get('basic'))
  })

  it('refuses another client_id in the body beside it', async () => {
    const error = await refusal(authenticate(basic('basic', secret), { client_id: 'post' }))
    expect(error).toMatchObject({ code: 'invalid_request', status: 400 })
  })

  it.each([
    ['a wrong secret', basic('basic', `${secret}x`)],
    ['an empty secret', basic('basic', '')],
    ['an unknown client', basic('nobody', secret)],
    ['a client registered for the body, with its right secret', basic('post', secret)],
    ['a public client with an empty secret', basic('native', '')],
    ['a public client with any secret', basic('native', secret)],
  ])('refuses %s, always with the same answer and a challenge', async (_, header) => {
    const error = await refusal(authenticate(header))
    expect(error).toMatchObject(unknownOverHeader)
    expect(error).toEqual(await refusal(authenticate(basic('nobody', 'x'))))
  })

  it.each([
    ['nothing behind the scheme', 'Basic'],
    ['nothing but spaces behind the scheme', 'Basic   '],
    ['an empty line', ''],
    ['no base64', 'Basic ***'],
    ['broken base64', 'Basic Y'],
    ['base64url', `Basic ${btoa('basic:>>>???')}`.replaceAll('+', '-').replaceAll('/', '_')],
    ['no UTF-8', `Basic ${btoa('\xff\xfe:x')}`],
    ['no colon', `Basic ${btoa('basic')}`],
    ['no client id', `Basic ${btoa(`:${secret}`)}`],
    ['a broken escape in the id', `Basic ${btoa('%zz:x')}`],
    ['a broken escape in the secret', `Basic ${btoa('basic:%')}`],
    ['an escape that is no UTF-8', `Basic ${btoa('basic:%ff')}`],
    ['two values in one line', `${basic('basic', secret)}, ${basic('basic', secret)}`],
    ['parameters behind it', `${basic('basic', secret)} x=1`],
    ['the scheme Bearer', 'Bearer abc'],
    ['the scheme Digest', 'Digest username="basic"'],
    ['a scheme that only begins like Basic', basic('basic', secret).replace('Basic', 'Basic2')],
  ])('refuses %s', async (_, header) => {
    expect(await refusal(authenticate(header))).toMatchObject(unknownOverHeader)
  })

  it('refuses Bearer even when the body names a public client', async () => {
    expect(await refusal(authenticate('Bearer abc', { client_id: 'native' }))).toMatchObject({ code: 'invalid_client' })
  })

  it('refuses two Authorization lines, even equal ones', async () => {
    const line = basic('basic', secret)
    expect(await refusal(authenticate([line, line]))).toMatchObject({ code: 'invalid_request', status: 400 })
  })
})

describe('client_secret_post', () => {
  it('lets the client in', async () => {
    expect(await authenticate([], { client_id: 'post', client_secret: secret })).toBe(clients.get('post'))
  })

  it.each([
    ['a wrong secret', { client_id: 'post', client_secret: `${secret}x` }],
    ['no secret', { client_id: 'post' }],
    ['an empty secret', { client_id: 'post', client_secret: '' }],
    ['an unknown client', { client_id: 'nobody', client_secret: secret }],
    ['a client registered for the header, with its right secret', { client_id: 'basic', client_secret: secret }],
    ['a public client with a secret', { client_id: 'native', client_secret: secret }],
  ])('refuses %s, always with the same answer', async (_, form) => {
    const error = await refusal(authenticate([], form))
    expect(error).toMatchObject(unknownOverBody)
    expect(error).toEqual(await refusal(authenticate([], { client_id: 'nobody', client_secret: 'x' })))
  })

  it('refuses a secret without a client_id', async () => {
    expect(await refusal(authenticate([], { client_secret: secret }))).toMatchObject(unknownOverBody)
  })

  it.each(['client_id=post&client_id=post&client_secret=x', 'client_id=post&client_secret=x&client_secret=x'])(
    'refuses the repetition in %s',
    async (form) =>
      expect(await refusal(authenticate([], form))).toMatchObject({ code: 'invalid_request', status: 400 }),
  )
})

describe('none', () => {
  it('names a public client', async () => {
    expect(await authenticate([], { client_id: 'native' })).toBe(clients.get('native'))
  })

  it.each(['basic', 'post', 'nobody'])('refuses %s without a secret, with the same answer', async (client_id) => {
    const error = await refusal(authenticate([], { client_id }))
    expect(error).toEqual(await refusal(authenticate([], { client_id: 'nobody-else' })))
    expect(error).toMatchObject(unknownOverBody)
  })

  it('refuses a request that names nobody', async () => {
    expect(await refusal(authenticate([]))).toMatchObject(unknownOverBody)
  })
})

describe('several ways at once', () => {
  it.each<[string, string | string[], Record<string, string>]>([
    ['header and secret in the body', basic('basic', secret), { client_id: 'basic', client_secret: secret }],
    [
      'header and secret in the body of the post client',
      basic('post', secret),
      { client_id: 'post', client_secret: secret },
    ],
    ['header and assertion', basic('basic', secret), { client_assertion: 'x' }],
    ['secret in the body and assertion', [], { client_id: 'post', client_secret: secret, client_assertion_type: 'x' }],
  ])('refuses %s (RFC 6749 §2.3)', async (_, header, form) => {
    expect(await refusal(authenticate(header, form))).toMatchObject({ code: 'invalid_request', status: 400 })
  })

  it('refuses an assertion alone, which no client is registered for', async () => {
    const form = { client_id: 'native', client_assertion: 'x', client_assertion_type: 'y' }
    expect(await refusal(authenticate([], form))).toMatchObject(unknownOverBody)
  })
})

describe('two secrets', () => {
  const rotating = (method: string, expiresAt: number): Map<string, Client> => {
    const client = clients.get('basic')
    if (!client) throw new Error('no client')
    const secrets = [
      { hash: clientSecretHash('new'), expiresAt: null },
      { hash: clientSecretHash('old'), expiresAt },
    ]
    return new Map([['basic', { ...client, token_endpoint_auth_method: method, secrets }]])
  }

  it('lets in with either of them while both are valid', async () => {
    const known = rotating('client_secret_basic', now + 1)
    expect(await authenticate(basic('basic', 'new'), {}, known)).toBe(known.get('basic'))
    expect(await authenticate(basic('basic', 'old'), {}, known)).toBe(known.get('basic'))
  })

  it('refuses the old one from the moment it expires, as if it were wrong', async () => {
    const known = rotating('client_secret_basic', now)
    const error = await refusal(authenticate(basic('basic', 'old'), {}, known))
    expect(error).toEqual(await refusal(authenticate(basic('basic', 'wrong'), {}, known)))
  })

  it('does not let a client without secrets in', async () => {
    const client = clients.get('basic')
    if (!client) throw new Error('no client')
    const known = new Map([['basic', { ...client, secrets: [] }]])
    expect(await refusal(authenticate(basic('basic', ''), {}, known))).toMatchObject(unknownOverHeader)
  })
})

it('waits for a client that must be read first', async () => {
  const request: HttpRequest = {
    method: 'POST',
    url: '/oauth/token',
    headerValues: () => [basic('basic', secret)],
    body: async () => new Uint8Array(),
    native: undefined,
  }
  const context = serverOf(async (id: string) => clients.get(id) ?? null)
  expect(await authenticateClient(request, parseParameters(''), context)).toBe(clients.get('basic'))
})
