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
/** What `openssl rand -base64 32` makes; it can be decoded as a form value, and is another one then. */
const plusSecret = 'kJ3+Vd8/Qz1+Lm0/Tt5+Xw9/Ro2+Hb7/Gc4+Yf6='
const redirect_uris = ['https://app.example.com/cb']
const now = 1_000_000

const clients = new Map<string, Client>(
  parseStaticClients(
    [
      { client_id: 'basic', client_secret: secret, redirect_uris, token_endpoint_auth_method: 'client_secret_basic' },
      { client_id: 'either', client_secret: secret, redirect_uris },
      { client_id: 'plus', client_secret: plusSecret, redirect_uris },
      { client_id: 'a:b c', client_secret: secret, redirect_uris },
      { client_id: 'x+y%41', client_secret: secret, redirect_uris },
      { client_id: '%', client_secret: secret, redirect_uris },
      { client_id: 'twin+', client_secret: `${secret} of twin+`, redirect_uris },
      { client_id: 'twin ', client_secret: `${secret} of twin-with-a-space`, redirect_uris },
      { client_id: 'post', client_secret: secret, redirect_uris, token_endpoint_auth_method: 'client_secret_post' },
      { client_id: 'native', redirect_uris, token_endpoint_auth_method: 'none' },
    ],
    vocabulary,
  ),
)

const basic = (id: string, password: string) =>
  `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`)}`

/** As `curl -u` sends it. */
const unencoded = (id: string, password: string) => `Basic ${btoa(`${id}:${password}`)}`

/** All of a server that is looked at. */
const serverOf = (find: (id: string) => Client | null | Promise<Client | null>) =>
  ({ clients: { find }, now: () => now, tables }) as unknown as Deployed

function authenticate(
  authorization: string | readonly string[],
  form: Record<string, string> | string = {},
  known = clients,
) {
  const parameters = parseParameters(typeof form === 'string' ? form : new URLSearchParams(form).toString())
  return authenticateClient(
    requestWith([authorization].flat()),
    parameters,
    serverOf((id) => known.get(id) ?? null),
  )
}

const requestWith = (authorization: readonly string[]): HttpRequest => ({
  method: 'POST',
  url: '/oauth/token',
  headerValues: (name) => (name === 'authorization' ? authorization : []),
  body: async () => new Uint8Array(),
  native: undefined,
})

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
    ['a public client with any secret', basic('native', secret)],
  ])('refuses %s, always with the same answer and a challenge', async (_, header) => {
    const error = await refusal(authenticate(header))
    expect(error).toMatchObject(unknownOverHeader)
    expect(error).toEqual(await refusal(authenticate(basic('nobody', 'x'))))
  })

  it.each([
    ['nothing behind the scheme', 'Basic'],
    ['nothing but spaces behind the scheme', 'Basic   '],
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
  ])('refuses %s', async (_, header) => {
    expect(await refusal(authenticate(header))).toMatchObject(unknownOverHeader)
  })

  it.each<[string, string, Record<string, string>]>([
    ['Bearer', 'Bearer abc', {}],
    ['Bearer', 'Bearer', {}],
    ['Bearer', 'Bearer abc', { client_id: 'native' }],
    ['Bearer', 'Bearer abc', { client_id: 'post', client_secret: secret }],
    ['Digest', 'Digest username="basic"', {}],
    ['Basic2', basic('basic', secret).replace('Basic', 'Basic2'), {}],
  ])('is not %s: `%s` is a 400 that names it, whatever else is sent (%j)', async (scheme, header, form) => {
    const error = await refusal(authenticate(header, form))
    expect(error).toEqual({
      code: 'invalid_request',
      status: 400,
      headers: [],
      message: `The Authorization header has the scheme ${scheme}, and not the scheme Basic; leave it out, or authenticate the client with it.`,
    })
  })

  it.each([
    ['nothing', ''],
    ['a secret alone', secret],
    ['a long word', `${'x'.repeat(21)} abc`],
    ['markup', '<b>bold</b> abc'],
    ['a line break', 'a\nb abc'],
    ['text beyond ASCII', 'B\u00e9arer abc'],
  ])('is not %s, of which the answer repeats nothing', async (_, header) => {
    expect(await refusal(authenticate(header))).toMatchObject({
      code: 'invalid_request',
      status: 400,
      message: 'The Authorization header is not of the scheme Basic; leave it out, or authenticate the client with it.',
    })
  })

  it('refuses two Authorization lines, even equal ones', async () => {
    const line = basic('basic', secret)
    expect(await refusal(authenticate([line, line]))).toMatchObject({ code: 'invalid_request', status: 400 })
  })
})

describe('Basic credentials that were not encoded', () => {
  it('have a secret that is compared as it was sent, too', async () => {
    expect(await authenticate(unencoded('plus', plusSecret))).toBe(clients.get('plus'))
    expect(await authenticate(basic('plus', plusSecret))).toBe(clients.get('plus'))
  })

  it('may have a secret that cannot be decoded', async () => {
    expect(await authenticate(unencoded('basic', secret))).toBe(clients.get('basic'))
  })

  it('are not those of a client whose secret differs in both readings', async () => {
    const decoded = plusSecret.replaceAll('+', ' ')
    for (const wrong of [decoded, encodeURIComponent(encodeURIComponent(plusSecret)), `${plusSecret}+`]) {
      expect(await refusal(authenticate(unencoded('plus', wrong)))).toMatchObject(unknownOverHeader)
    }
    expect(await refusal(authenticate([], { client_id: 'plus', client_secret: decoded }))).toMatchObject(
      unknownOverBody,
    )
  })

  it.each(['x+y%41', '%'])('name the client %s, when no client has the id that they are encoded for', async (id) => {
    expect(await authenticate(unencoded(id, secret))).toBe(clients.get(id))
    expect(await authenticate(basic(id, secret))).toBe(clients.get(id))
    expect(await authenticate(unencoded(id, secret), { client_id: id })).toBe(clients.get(id))
    expect(await refusal(authenticate(unencoded(id, 'wrong')))).toMatchObject(unknownOverHeader)
  })

  it('name one client only: that of the encoded reading, where each is one', async () => {
    const [plus, space] = [`${secret} of twin+`, `${secret} of twin-with-a-space`]
    expect(await authenticate(unencoded('twin+', space))).toBe(clients.get('twin '))
    expect(await refusal(authenticate(unencoded('twin+', plus)))).toMatchObject(unknownOverHeader)
    expect(await authenticate(basic('twin+', plus))).toBe(clients.get('twin+'))
  })

  it('name the one that the body names, where each is one, and never the other', async () => {
    const [plus, space] = [`${secret} of twin+`, `${secret} of twin-with-a-space`]
    expect(await authenticate(unencoded('twin+', plus), { client_id: 'twin+' })).toBe(clients.get('twin+'))
    expect(await authenticate(unencoded('twin+', space), { client_id: 'twin ' })).toBe(clients.get('twin '))
    for (const [sent, client_id] of [
      [plus, 'twin '],
      [space, 'twin+'],
    ] as const) {
      expect(await refusal(authenticate(unencoded('twin+', sent), { client_id }))).toMatchObject(unknownOverHeader)
    }
    expect(await refusal(authenticate(unencoded('twin+', plus), { client_id: 'basic' }))).toMatchObject({ status: 400 })
  })

  it.each(['known', 'unknown'])(
    'look a client up once when the encoding says nothing, here one that is %s',
    async (which) => {
      const asked: string[] = []
      const server = serverOf((id) => {
        asked.push(id)
        return which === 'known' ? (clients.get('basic') ?? null) : null
      })
      const request = requestWith([unencoded('basic', 'wrong+%')])
      await refusal(authenticateClient(request, parseParameters(''), server))
      expect(asked).toEqual(['basic'])
    },
  )
})

describe('a client without token_endpoint_auth_method', () => {
  it('proves itself with its secret in the header or in the body', async () => {
    expect(await authenticate(basic('either', secret))).toBe(clients.get('either'))
    expect(await authenticate([], { client_id: 'either', client_secret: secret })).toBe(clients.get('either'))
  })

  it('is refused in two ways at once', async () => {
    const form = { client_id: 'either', client_secret: secret }
    expect(await refusal(authenticate(basic('either', secret), form))).toMatchObject({ status: 400 })
  })

  it.each<[string, string | string[], Record<string, string>, object]>([
    ['its name alone', [], { client_id: 'either' }, unknownOverBody],
    ['an empty secret in the body', [], { client_id: 'either', client_secret: '' }, unknownOverBody],
    ['an empty secret in the header', basic('either', ''), {}, unknownOverHeader],
    ['a wrong secret in the body', [], { client_id: 'either', client_secret: 'wrong' }, unknownOverBody],
    ['a wrong secret in the header', basic('either', 'wrong'), {}, unknownOverHeader],
  ])('is refused with %s', async (_, header, form, expected) => {
    expect(await refusal(authenticate(header, form))).toMatchObject(expected)
  })

  it('is refused without a secret of its own, whatever was sent', async () => {
    const client = clients.get('either')
    if (!client) throw new Error('no client')
    const known = new Map([['either', { ...client, secrets: [] }]])
    for (const sent of ['', secret]) {
      expect(await refusal(authenticate(basic('either', sent), {}, known))).toMatchObject(unknownOverHeader)
      const form = { client_id: 'either', client_secret: sent }
      expect(await refusal(authenticate([], form, known))).toMatchObject(unknownOverBody)
    }
  })
})

describe.each(['none', 'private_key_jwt'])('a client that is registered for %s', (method) => {
  const client = clients.get('either')
  const known = new Map(client && [['either', { ...client, token_endpoint_auth_method: method }]])

  it('is not let in by a secret, even if it had one', async () => {
    expect(await refusal(authenticate(basic('either', secret), {}, known))).toMatchObject(unknownOverHeader)
    const form = { client_id: 'either', client_secret: secret }
    expect(await refusal(authenticate([], form, known))).toMatchObject(unknownOverBody)
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

  it.each<[string, string | string[], Record<string, string>]>([
    ['in the header', basic('native', ''), {}],
    ['in the header, with the same client_id in the body', basic('native', ''), { client_id: 'native' }],
    ['in the body', [], { client_id: 'native', client_secret: '' }],
  ])('is what an empty secret of a public client is, %s', async (_, header, form) => {
    expect(await authenticate(header, form)).toBe(clients.get('native'))
  })

  it('is never a secret that is not empty, not even a blank', async () => {
    for (const sent of [' ', '+', '%20', ':', '%']) {
      expect(await refusal(authenticate(unencoded('native', sent)))).toMatchObject(unknownOverHeader)
    }
  })

  it.each(['basic', 'post', 'either', 'nobody'])(
    'refuses %s without a secret, with the same answer',
    async (client_id) => {
      const error = await refusal(authenticate([], { client_id }))
      expect(error).toEqual(await refusal(authenticate([], { client_id: 'nobody-else' })))
      expect(error).toMatchObject(unknownOverBody)
    },
  )

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
  const context = serverOf(async (id: string) => clients.get(id) ?? null)
  const request = requestWith([basic('basic', secret)])
  expect(await authenticateClient(request, parseParameters(''), context)).toBe(clients.get('basic'))
  const named = requestWith([unencoded('x+y%41', secret)])
  expect(await authenticateClient(named, parseParameters(''), context)).toBe(clients.get('x+y%41'))
})
