import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { OAuthError, type ServerOptions } from '../../src/index.js'
import { deploymentOf } from '../../src/points/deployments.js'
import { authorizeUrl, basic, CALLBACK, clients, type Harness, harness, pkce } from '../support/harness.js'

const DEV = 'http://localhost:3000'
const CODE = { grant_type: 'client_credentials' }

let warned: MockInstance
let failed: MockInstance
beforeEach(() => {
  warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
  failed = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

/** What is said on the console: it is loaded when there is something to say. */
async function lines(spy: MockInstance, count = 1): Promise<string[]> {
  await vi.waitFor(() => expect(spy.mock.calls.length).toBeGreaterThanOrEqual(count))
  await setImmediate()
  return spy.mock.calls.map((call) => call.join(' '))
}

const wrongUri = (uri: string) =>
  `/oauth/authorize?${new URLSearchParams({ client_id: 'web', redirect_uri: uri, response_type: 'code' })}`

/** A harness whose issuer is for development. */
const development = (options: Partial<ServerOptions> = {}): Harness => harness({ issuer: DEV, ...options })

describe('on an http issuer', () => {
  it('says every refusal in one line: what was received, what would have been right, and the reference of the page', async () => {
    const h = development()
    const page = await h.server.fetch(new Request(DEV + wrongUri('https://app.example.com/callback/')))
    const [line = '', ...more] = await lines(warned)
    expect(more).toEqual([])
    expect(line).toContain('authorize refused: redirect_uri_not_registered')
    expect(line).toContain(`Received "https://app.example.com/callback/"; the nearest that is right is "${CALLBACK}"`)
    const [event] = h.events
    const reference = event?.type === 'refused' ? event.reference : undefined
    expect(reference).toHaveLength(12)
    expect(line).toContain(`reference ${reference}`)
    expect(await page.text()).toContain(reference)
    expect(line).not.toContain('\n')
  })

  it.each([
    [
      'another way of client authentication',
      CODE,
      'posting',
      'registered for client_secret_post, and came with client_secret_basic',
    ],
    ['an unknown grant type', { grant_type: 'password' }, 'web', 'Received "password"'],
    ['a grant type that is not the client’s', CODE, 'web', 'Its grant_types are "authorization_code", "refresh_token"'],
    [
      'an unknown resource',
      { ...CODE, resource: 'https://api.example.com/v1' },
      'machine',
      'the nearest that is right is "https://api.example.com"',
    ],
    ['a forged code', { grant_type: 'authorization_code', code: 'x' }, 'web', 'refused: forged'],
  ] as const)('says what would have been right for %s', async (_, form, client, hint) => {
    const h = development()
    const known: { client_id: string; client_secret: string } = clients[client]
    await fetchFrom(h, form, known)
    expect((await lines(warned))[0]).toContain(hint)
  })

  it('says which scope was left out, although nothing was refused; elsewhere it does not', async () => {
    const form = { ...CODE, scope: 'read fly' }
    const machine = basic('machine', clients.machine.client_secret)
    await harness().post('/oauth/token', form, machine)
    await development().post('/oauth/token', form, machine)
    expect(await lines(warned)).toEqual([
      'grantwright: token left scope out. Received "fly", which no resource of the request knows. What it asks for now is "read". (client "machine")',
    ])
  })

  it('says each, however many there are', async () => {
    const h = development()
    for (let i = 0; i < 10; i++) await h.server.fetch(new Request(DEV + wrongUri('https://other.example.com')))
    expect(await lines(warned, 10)).toHaveLength(10)
  })
})

function fetchFrom(
  h: Harness,
  form: Record<string, string>,
  { client_id, client_secret }: { client_id: string; client_secret: string },
) {
  return h.post('/oauth/token', form, basic(client_id, client_secret))
}

describe('on an https issuer', () => {
  it.each([
    [
      'a wrong redirect URI',
      (h: Harness) => h.browser().get(wrongUri('https://other.example.com/')),
      'redirect_uri_not_registered',
    ],
    ['an unknown client', (h: Harness) => h.post('/oauth/token', CODE, basic('nobody', 'x')), 'client_unknown'],
    [
      'a wrong secret',
      (h: Harness) => h.post('/oauth/token', CODE, basic('web', 'not-this-one')),
      'client_secret_wrong',
    ],
    [
      'a wrong way of client authentication',
      (h: Harness) => h.post('/oauth/token', { ...CODE, client_id: 'web' }),
      'client_auth_method',
    ],
    [
      'an unknown resource',
      (h: Harness) => h.token({ ...CODE, resource: 'https://x.example.com' }, 'machine'),
      'resource_unknown',
    ],
    ['a client without PKCE', (h: Harness) => h.browser().get(wrongUri(CALLBACK)), 'challenge_missing'],
  ] as const)('says %s', async (_, ask, reason) => {
    await ask(harness())
    const said = await lines(warned)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(`refused: ${reason}.`)
  })

  it('says a form of another site, and that front ends of the app’s own can be listed', async () => {
    const h = harness()
    const response = await h.browser().post('/oauth/apps', {}, { origin: 'https://evil.example.com' })
    expect(response.status).toBe(403)
    expect(await lines(warned)).toEqual([
      expect.stringContaining('apps refused: page_foreign. Received a form of "https://evil.example.com"'),
    ])
    expect(h.events).toMatchObject([{ type: 'refused', endpoint: 'apps', reason: 'page_foreign' }])
  })

  it('says nothing of what happens every day', async () => {
    const h = harness()
    await h.token({ grant_type: 'authorization_code', code: 'x' })
    await h.token({ grant_type: 'refresh_token', refresh_token: 'x' })
    h.login = null
    await h.browser().get(`${authorizeUrl(pkce().challenge)}&prompt=none`)
    expect(h.events.map((event) => event.type === 'refused' && event.reason)).toEqual([
      'forged',
      'forged',
      'login_required',
    ])
    // One that is said ends the waiting.
    await h.post('/oauth/token', CODE, basic('nobody', 'x'))
    expect(await lines(warned)).toEqual([expect.stringContaining('client_unknown')])
  })

  it('says no secret, wherever it stands', async () => {
    const h = harness()
    const secret = 'hunter2hunter2hunter2hunter2hunter2'
    await h.post('/oauth/token', CODE, basic('web', secret))
    await h.post('/oauth/token', { ...CODE, client_id: 'posting', client_secret: secret })
    await h.post('/oauth/token', CODE, { authorization: secret })
    await h.post('/oauth/token', CODE, { authorization: `Bearer ${secret}` })
    await h.post('/oauth/token', { ...CODE, client_secret: secret })
    await h.token({ grant_type: 'refresh_token', refresh_token: secret })
    const said = (await lines(warned, 5)).join('\n')
    expect(said).toContain('the scheme Bearer')
    expect(said + JSON.stringify(h.events)).not.toContain('hunter2')
    expect(said + JSON.stringify(h.events)).not.toContain(Buffer.from(`web:${secret}`).toString('base64'))
  })

  it('lets nobody write control characters, lines of their own or endless text', async () => {
    const odd = `a\u001b[2J\u009b\r\n\u2028\u202e${'x'.repeat(5000)}`
    const h = harness()
    await h.post('/oauth/token', CODE, basic(odd, 'x'))
    await h.browser().get(wrongUri(`https://\u202eevil\u2028\u009b.example.com/${'y'.repeat(5000)}`))
    for (const line of await lines(warned, 2)) {
      expect(line).toMatch(/^[\x20-\x7e…]+$/)
      expect(line.length).toBeLessThan(1500)
    }
    for (const event of h.events) {
      if (event.type === 'refused') expect(event.hint).toMatch(/^[\x20-\x7e]{1,600}$/)
    }
  })

  it('also not by an app or a feature that repeats what it was sent', async () => {
    const claims = async () => {
      throw new OAuthError('invalid_grant', 'No.', {
        reason: 'app:no',
        hint: `You sent \u001b]0;owned\u0007 ${'z'.repeat(5000)}`,
      })
    }
    const h = harness({ clientClaims: claims })
    await h.token(CODE, 'machine')
    const [line = ''] = await lines(warned)
    expect(line).toContain('token refused: app:no. No. You sent \\u{1b}]0;owned\\u{7}')
    expect(line.length).toBeLessThan(1200)
  })

  it('says three a minute of each reason and client, and how many were left out', async () => {
    const h = harness()
    const wrong = () => h.post('/oauth/token', CODE, basic('web', 'not-this-one'))
    for (let i = 0; i < 10; i++) await wrong()
    await h.post('/oauth/token', CODE, basic('machine', 'not-this-one'))
    expect(await lines(warned, 4)).toHaveLength(4)
    h.now += 60_000
    await h.token(CODE, 'machine')
    const said = await lines(warned, 5)
    expect(said).toHaveLength(5)
    expect(said[4]).toMatch(/^grantwright: 7 more were left out within a minute.*client_secret_wrong/)
    await wrong()
    expect(await lines(warned, 6)).toHaveLength(6)
  })

  it('says three a minute of all clients that nobody knows', async () => {
    const h = harness()
    for (let i = 0; i < 300; i++) await h.post('/oauth/token', CODE, basic(`stranger-${i}`, 'x'))
    expect(await lines(warned, 3)).toHaveLength(3)
    await h.post('/oauth/token', CODE, basic('web', 'not-this-one'))
    expect((await lines(warned, 4))[3]).toContain('client_secret_wrong')
  })
})

describe('a limit that is reached', () => {
  const take = (h: Harness, name: string, address?: string) =>
    deploymentOf(h.server).limits.take(name, 'x', { limit: 0, length: 60_000 }, address)

  it('is said three times a minute for each limit: by whom, and until when', async () => {
    const h = harness()
    for (let i = 0; i < 10; i++) await take(h, 'calls', '203.0.113.9')
    await take(h, 'others')
    const said = await lines(warned, 4)
    expect(said).toHaveLength(4)
    expect(said[0]).toBe(
      'grantwright: the limit calls was reached by 203.0.113.9; there is room again in 60 s. See docs/rate-limits.md.',
    )
    expect(said[3]).toContain('the limit others was reached; there')
  })

  it('is said each time on an http issuer', async () => {
    const h = development()
    for (let i = 0; i < 10; i++) await take(h, 'calls')
    expect(await lines(warned, 10)).toHaveLength(10)
  })

  it('lets no address that a proxy passes on end the line', async () => {
    await take(harness(), 'calls', `203.0.113.9\n\u001b[2J${'x'.repeat(5000)}`)
    const [line = ''] = await lines(warned)
    expect(line).toMatch(/^[\x20-\x7e…]+$/)
    expect(line.length).toBeLessThan(400)
  })
})

describe('what broke', () => {
  const broken = () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED\u001b[2J\n    at forged'), { code: 'ECONNREFUSED' })
    throw new Error('The users are away', { cause })
  }

  it('is said in one line with its cause, and the stack once', async () => {
    const h = harness({ clientClaims: broken })
    for (let i = 0; i < 10; i++) await h.token(CODE, 'machine')
    const said = await lines(failed, 3)
    expect(said).toHaveLength(3)
    const title =
      'grantwright: token failed: Error: The users are away; because of Error [ECONNREFUSED]: connect ECONNREFUSED\\u{1b}[2J\\u{a}    at forged'
    expect(said[0]?.split('\n')[0]).toBe(title)
    expect(said[0]).toContain('console.test.ts')
    expect(said.slice(1)).toEqual([title, title])
    h.now += 60_000
    await h.token(CODE, 'machine')
    const later = (await lines(failed, 5)).slice(3)
    expect(later[0]).toContain('7 more were left out')
    expect(later[1]).toBe(title)
  })

  it.each([
    ['with a listener', () => {}],
    ['with none', undefined],
  ] as const)('is said %s', async (_, onEvent) => {
    const h = harness({ clientClaims: broken, onEvent })
    await h.token(CODE, 'machine')
    expect(await lines(failed)).toHaveLength(1)
  })

  it.each([undefined, null, 'away', 7n, Symbol('x'), { reason: 'away' }])(
    'is said when %s is thrown',
    async (thrown) => {
      const h = harness({
        clientClaims: () => {
          throw thrown
        },
      })
      expect((await h.token(CODE, 'machine')).status).toBe(500)
      expect(await lines(failed)).toEqual([expect.stringContaining('token failed: ')])
    },
  )
})

describe('no secret of a client', () => {
  it('is said, where its form is JSON, or id and secret have changed places', async () => {
    const h = harness()
    const secret = `gwcs_${'s3cr3t-_'.repeat(5)}`
    const json = '{"client_id":"web","client_secret":"an-imported-secret","redirect_uri":"https://a.example?b=c"}'
    await h.post('/oauth/token', json)
    await h.post('/oauth/token', CODE, basic(secret, 'web'))
    const said = (await lines(warned, 2)).join()
    expect(said).toContain('client_auth_missing')
    expect(said).toContain('Received client_id "gwcs_...", which nobody has.')
    expect(said + JSON.stringify(h.events)).not.toMatch(/imported|s3cr3t/)
  })
})
