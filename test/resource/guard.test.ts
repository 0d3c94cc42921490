import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { poster } from '../../adapters/testing/server.js'
import { adapterTestServer } from '../../adapters/testing.js'
import { fromRequest } from '../../src/edge/fetch.js'
import { type GuardOptions, guardOf } from '../../src/resource/guard.js'
import { type Access, createResourceServer } from '../../src/resource/index.js'

const issuer = 'http://localhost:4433'
const auth = adapterTestServer(issuer)
const URL_OF_NOTES = `${issuer}/api/notes`

let warn: MockInstance
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => warn.mockRestore())

async function token(): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'notes:read', ...poster })
  const response = await auth.fetch(new Request(`${issuer}/oauth/token`, { method: 'POST', body }))
  return (await response.json()).access_token
}

const request = (headers: Record<string, string>, method = 'GET') =>
  fromRequest(new Request(URL_OF_NOTES, { method, headers }))
const preflight = (headers: Record<string, string> = {}) =>
  request({ origin: 'https://app.example.com', 'access-control-request-method': 'GET', ...headers }, 'OPTIONS')

describe('the option cors', () => {
  it.each([
    'https://app.example.com',
    'true',
    1,
    null,
    [],
    ['*'],
    ['null'],
    ['https://app.example.com/'],
    ['https://*.example.com'],
    ['https://App.example.com'],
    ['https://app.example.com:443'],
    ['https://app.example.com', undefined],
    // biome-ignore lint/suspicious/noSparseArray: a hole is nobody's origin
    ['https://app.example.com', ,],
    ['app.example.com'],
    ['capacitor://localhost/'],
    [new URL('https://app.example.com')],
  ])('%j is refused when the route is made, with what to write instead', (cors) => {
    expect(() => guardOf(auth, { cors } as GuardOptions)).toThrow(
      /requireAccessToken: cors is .* `cors: true`.*`cors: \['https:/,
    )
  })

  it.each([
    undefined,
    true,
    false,
    ['https://app.example.com'],
    ['http://localhost:5173', 'chrome-extension://abcdef'],
  ])('%j is taken', (cors) => expect(guardOf(auth, { cors })).toBeTypeOf('function'))

  it('does not make an unknown demand known, and is named among the options', () => {
    expect(() => guardOf(auth, { cors: true, scopes: 'notes:read' } as GuardOptions)).toThrow(
      'there is no option `scopes`. The options are scope, maxAge, acr, cors',
    )
    expect(() => guardOf(auth, Promise.resolve({ scope: 'notes:read' }) as GuardOptions)).toThrow('is an object')
  })

  it('is no demand: check() and asResourceServer do not know it', async () => {
    const api = createResourceServer({ server: auth })
    await expect(api.check(request({}), { cors: true } as object)).rejects.toThrow('there is no option `cors`')
  })
})

it('demands what the options said when the route was made, wherever they had it from', async () => {
  const options = { scope: 'notes:write' }
  const inherited = Object.create({ scope: 'notes:write' })
  const guards = [guardOf(auth, options), guardOf(auth, inherited)]
  options.scope = 'notes:read'
  for (const admit of guards) {
    const admission = await admit(request({ authorization: `Bearer ${await token()}` }))
    expect(admission).toMatchObject({ ok: false, response: { status: 403 } })
  }
})

it('warns of preflights once for each guard, and names what it guards', async () => {
  const [reader, writer] = [guardOf(auth, { scope: 'notes:read' }), guardOf(auth, { scope: 'notes:write' })]
  for (const admit of [reader, reader, writer, reader]) await admit(preflight())
  expect(warn.mock.calls.map(([line]) => /requireAccessToken\((.*?)\)/.exec(line)?.[1])).toEqual([
    'notes:read',
    'notes:write',
  ])
})

it('lets no preflight through that a resource server of the app’s own would', async () => {
  const access = { subject: 'ada' } as Access
  const admit = guardOf({ ...createResourceServer({ server: auth }), check: async () => ({ ok: true, access }) }, {})
  expect(await admit(preflight())).toMatchObject({ ok: false, response: { status: 401 } })
  expect(await admit(request({}))).toMatchObject({ ok: true, access })
})

it('counts a preflight as a request without a token in check() too, for adapters of the app’s own', async () => {
  const api = createResourceServer({ server: auth, metadata: true })
  const authorization = `Bearer ${await token()}`
  expect(await api.check(preflight({ authorization }))).toMatchObject({
    ok: false,
    response: {
      status: 401,
      body: '{}',
      headers: expect.arrayContaining([
        ['www-authenticate', expect.stringMatching(/^Bearer resource_metadata="[^"]*"$/)],
      ]),
    },
  })
  expect(await api.check(request({ authorization }, 'OPTIONS'))).toMatchObject({ ok: true })
  expect(await api.check(request({ authorization, 'access-control-request-method': 'GET' }))).toMatchObject({
    ok: true,
  })
})

it('repeats nothing in a preflight’s answer that is no name of a method or a header', async () => {
  const admission = await guardOf(auth, { cors: true })(
    preflight({
      'access-control-request-headers': ' x-a ,, b"c, <script>,x-d\t',
      'access-control-request-method': 'GET POST',
    }),
  )
  expect(admission).toMatchObject({ ok: false, response: { status: 204 } })
  const headers = new Map(admission.ok ? [] : admission.response.headers)
  expect(headers.get('access-control-allow-headers')).toBe('authorization, x-a, x-d')
  expect(headers.get('access-control-allow-methods')).toBe('')
})
