/**
 * Attacks that once worked, or nearly did. Each also shows what must not change.
 */
import { describe, expect, it } from 'vitest'
import { pageToken } from '../../src/browser/page-token.js'
import type { PendingRequest } from '../../src/deployment/records.js'
import { formatCode, parseRequestHandle } from '../../src/protocol/token-string.js'
import { decodeBase64url, encodeBase64url, hmacSha256 } from '../../src/runtime/hash.js'
import { passwordLogin } from '../../src/users/password.js'
import {
  API,
  authorizeUrl,
  CALLBACK,
  clients,
  formFields,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  obtainTokens,
  pkce,
  redirected,
  refreshForm,
  snapshot,
} from '../support/harness.js'

it.each([{ prompt: 'login' }, { max_age: '0' }])(
  'a forged consent form does not stand in for the fresh login that %o asks for',
  async (demand) => {
    const h = harness()
    const login = { subject: 'alice', sessionId: 's1', authenticatedAt: h.now - 86_400_000 }
    h.login = login
    const browser = h.browser()
    const challenged = await browser.get(authorizeUrl(pkce().challenge, demand))
    expect(challenged.headers.get('location')).toContain('reason=fresh')
    const handle = new URL(redirected(challenged).get('return_to') ?? '').searchParams.get('pending') ?? ''
    // Whoever has the cookies can compute what the page would have carried.
    const secret = decodeBase64url([...browser.cookies.values()][0] ?? '') ?? new Uint8Array()
    const id = parseRequestHandle(handle)?.requestId
    const page_token = pageToken({ secret, setCookie: [] }, login, 'consent', [id, [[]]])
    const before = await snapshot(h, ['grant', 'consent'])
    const answer = await browser.post('/oauth/consent', { pending: handle, page_token, decision: 'allow' })
    expect(redirected(answer).get('code')).toBeNull()
    expect(answer.headers.get('location')).toContain('reason=fresh')
    expect(await snapshot(h, ['grant', 'consent'])).toBe(before)
  },
)

it('a resource without scopes is named on the consent page, too', async () => {
  const h = harness({
    resources: { [API]: { scopes: { read: 'Read' }, default: true }, 'https://payroll.example.com': { scopes: {} } },
    clients: [{ ...clients.spa, default_scope: 'read' }],
  })
  const redirect_uri = clients.spa.redirect_uris[0]
  const resource = [API, 'https://payroll.example.com']
  const page = await h
    .browser()
    .get(authorizeUrl(pkce().challenge, { client_id: 'spa', redirect_uri, resource, scope: 'read' }))
  expect(await page.text()).toContain('payroll.example.com')
})

it.each(['constructor', 'toString', 'termValue', '__proto__', 'hasOwnProperty'])(
  'a method called %s is answered with 405',
  async (method) => {
    const h = harness()
    const url = '/oauth/token'
    const response = await h.server.handle({
      method,
      url,
      headerValues: () => [],
      body: async () => new Uint8Array(),
      native: null,
    })
    expect(response?.status).toBe(405)
  },
)

it('ampersands do not push a second redirect_uri or a prompt out of sight', async () => {
  const h = harness()
  const url = `${authorizeUrl(pkce().challenge)}${'&'.repeat(120)}redirect_uri=${encodeURIComponent('https://evil.example')}&prompt=login`
  const response = await h.browser().get(url)
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
})

it('an image on another page stores nothing, and uses up nobody’s allowance', async () => {
  const h = harness()
  h.login = null
  const before = await snapshot(h)
  const response = await h.browser().get(authorizeUrl(pkce().challenge), { 'sec-fetch-dest': 'image' })
  expect(response.status).toBe(403)
  expect(await snapshot(h)).toBe(before)
  expect((await h.browser().get(authorizeUrl(pkce().challenge), { 'sec-fetch-dest': 'document' })).status).toBe(303)
})

it('a network of IPv6 counts as one address, and so does an address with a port', async () => {
  for (const addressOf of [
    (i: number) => `2001:db8:1:2::${i.toString(16)}`,
    (i: number) => `203.0.113.9:${40_000 + i}`,
  ]) {
    const h = harness()
    h.login = null
    const statuses = new Set<number>()
    for (let i = 0; i < 620; i++) {
      const request = new Request(ISSUER + authorizeUrl('x'.repeat(43)))
      statuses.add((await h.server.fetch(request, { address: addressOf(i) })).status)
    }
    expect(statuses).toEqual(new Set([303, 429]))
  }
})

it('rights that were taken from a client are not issued again, and those it keeps still are', async () => {
  const h = harness({ clients: [] })
  const metadata = {
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
    default_scope: 'read write',
  } as const
  const { client } = await h.server.clients.create(metadata)
  const form = { client_id: client.client_id }
  const { code, verifier } = await (await import('../support/harness.js')).obtainCode(h, form)
  const redeem = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CALLBACK, ...form }
  const tokens = (await h.token(redeem, null)).body
  expect(tokens.scope).toBe('read write')
  await h.server.clients.update(client.client_id, { ...metadata, scope: 'read', default_scope: 'read' })
  const refreshed = await h.token({ ...refreshForm(tokens.refresh_token), ...form }, null)
  expect(refreshed.body.scope).toBe('read')
  await h.server.clients.update(client.client_id, { ...metadata, resources: [OTHER_API], default_scope: 'admin' })
  const gone = await h.token({ ...refreshForm(refreshed.body.refresh_token), ...form }, null)
  expect(gone.body.error).toBe('invalid_target')
})

it('the access tokens of a client that was removed are inactive', async () => {
  const h = harness({ clientCacheLifetime: 0 })
  const { client, clientSecret = '' } = await h.server.clients.create({
    grant_types: ['client_credentials'],
    default_scope: 'read',
  })
  const authorization = `Basic ${Buffer.from(`${client.client_id}:${clientSecret}`).toString('base64')}`
  const answer = await h.post('/oauth/token', { grant_type: 'client_credentials' }, { authorization })
  const { access_token } = (await answer.json()) as { access_token: string }
  expect(await introspected(h, access_token, 'api')).toMatchObject({ active: true })
  await h.server.clients.remove(client.client_id)
  expect(await introspected(h, access_token, 'api')).toEqual({ active: false })
})

it('a user ends only grants of their own when the app names them', async () => {
  const h = harness()
  await obtainTokens(h)
  const [grant] = (await h.server.grants.list({ subject: 'alice' })).grants
  const id = grant?.id ?? ''
  expect(await h.server.grants.revoke(id, { subject: 'mallory' })).toBe(false)
  expect((await h.server.grants.list({ subject: 'alice' })).grants).toHaveLength(1)
  expect(await h.server.grants.revoke(id, { subject: 'alice' })).toBe(true)
})

it('a login with a member called status is a login', async () => {
  const h = harness()
  h.login = { subject: 'alice', status: 'active' } as { subject: string }
  expect((await h.browser().get(authorizeUrl(pkce().challenge))).status).toBe(200)
})

describe('a cookie that a subdomain has planted', () => {
  const A0 = '\u00a0'

  it('as the session logs nobody in: the victim is asked to log in as themselves', async () => {
    const h = harness({ users: passwordLogin({ verify: async (name) => name }) })
    const attacker = h.browser()
    const login = (await attacker.get(authorizeUrl(pkce().challenge))).headers.get('location') ?? ''
    const form = formFields(await (await attacker.get(login)).text())
    await attacker.post('/oauth/login', { ...form, username: 'attacker', password: 'x' })
    const [name = '', session = ''] = [...attacker.cookies].find(([name]) => name.endsWith('-session')) ?? []
    const visit = (cookie: string) =>
      h.server.fetch(new Request(ISSUER + authorizeUrl(pkce().challenge), { headers: { cookie } }))
    expect((await visit(`${name}=${session}`)).status).toBe(200)
    for (const planted of [`${A0}${name}=${session}`, `x=y; ${A0}${name}=${session}`, `${name}${A0}=${session}`]) {
      expect((await visit(planted)).headers.get('location')).toContain('/oauth/login')
    }
  })

  it('as the browser’s secret binds no request to what the attacker knows', async () => {
    const h = harness()
    const [name = '', secret = ''] = await browserCookie(h)
    const headers = { cookie: `${A0}${name}=${secret}` }
    const page = await h.server.fetch(new Request(ISSUER + authorizeUrl(pkce().challenge), { headers }))
    expect(page.headers.getSetCookie().join()).toMatch(new RegExp(`^${name}=(?!${secret})`))
  })

  it('beside the browser’s own counts as no cookie at all, rather than in its place', async () => {
    const h = harness()
    const [name = '', secret = ''] = await browserCookie(h)
    const headers = { cookie: `${name}=${secret}; ${name}=${encodeBase64url(new Uint8Array(32))}` }
    const page = await h.server.fetch(new Request(ISSUER + authorizeUrl(pkce().challenge), { headers }))
    expect(page.headers.getSetCookie()).toHaveLength(1)
  })
})

async function browserCookie(h: ReturnType<typeof harness>): Promise<readonly string[]> {
  const browser = h.browser()
  await browser.get(authorizeUrl(pkce().challenge))
  return [...browser.cookies][0] ?? []
}

describe('who knew the browser’s cookie before the login', () => {
  /** What could be computed from the cookie and the handle, which stands in URLs, by earlier versions. */
  const guess = (cookie: string, handle: string) => {
    const id = parseRequestHandle(handle)?.requestId ?? ''
    return formatCode({ grantId: id, secret: hmacSha256(decodeBase64url(cookie) ?? new Uint8Array(), `code\0${id}`) })
  }

  async function allowed(h: ReturnType<typeof harness>, change: (request: PendingRequest) => object = (same) => same) {
    const browser = h.browser()
    const page = await browser.get(authorizeUrl(pkce().challenge))
    const fields = formFields(await page.text())
    const [record] = await h.storage.list('request', {}, { limit: 1 })
    if (!record) throw new Error('Nothing is pending')
    const { d, ...rest } = JSON.parse(record.document) as { d: PendingRequest }
    const document = JSON.stringify({ ...rest, d: change(d) })
    await h.storage.replace('request', { ...record, version: 'A'.repeat(16), document }, record.version)
    const shown = formFields(await (await browser.get(`/oauth/authorize?pending=${fields.pending}`)).text())
    const form = { ...shown, decision: 'allow' }
    const code = redirected(await browser.post('/oauth/consent', form)).get('code')
    const again = redirected(await browser.post('/oauth/consent', form)).get('code')
    return { code, again, guessed: guess([...browser.cookies.values()][0] ?? '', fields.pending ?? '') }
  }

  it('computes no code of a request that the victim opens later; a double click gives the same one', async () => {
    const h = harness()
    const { code, again, guessed } = await allowed(h)
    expect(code).toMatch(/^gwac_/)
    expect(again).toBe(code)
    expect(code).not.toBe(guessed)
    const grant = await snapshot(h, ['grant'])
    const form = { grant_type: 'authorization_code', code: guessed, code_verifier: pkce().verifier }
    expect((await h.token({ ...form, redirect_uri: CALLBACK })).body.error).toBe('invalid_grant')
    expect(await snapshot(h, ['grant'])).toBe(grant)
  })

  it('meets another salt in every request', async () => {
    const h = harness()
    const salts = new Set<string | undefined>()
    for (let i = 0; i < 3; i++) await h.browser().get(authorizeUrl(pkce().challenge))
    for (const { document } of await h.storage.list('request', {}, { limit: 10 })) {
      salts.add((JSON.parse(document) as { d: PendingRequest }).d.salt)
    }
    expect([...salts].every((salt) => decodeBase64url(salt ?? '')?.length === 16)).toBe(true)
    expect(salts.size).toBe(3)
  })

  it('finds a request that an earlier version has stored answered as it would have answered', async () => {
    const { code, again, guessed } = await allowed(harness(), ({ salt: _, ...request }) => request)
    expect([code, again]).toEqual([guessed, guessed])
  })
})
