/**
 * Metadata documents through the fetcher of our own, over HTTP on loopback: from the authorization request to the end of the connection, and what
 * a stranger may try with an id.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metadataDocuments } from '../../../src/features/registration/index.js'
import {
  authenticated,
  authorizeUrl,
  type Browser,
  CALLBACK,
  formFields,
  type Harness,
  harness,
  obtainCode,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
  snapshot,
  type Tokens,
  unescapeHtml,
} from '../../support/harness.js'

let host: Server
let origin: string
let client_id: string
/** What the host of the document does. */
let answer: (req: IncomingMessage, res: ServerResponse) => void
let requests: IncomingMessage[]
let h: Harness

const json =
  (body: unknown, headers: object = {}) =>
  (_: IncomingMessage, res: ServerResponse) => {
    res.writeHead(200, { 'content-type': 'application/json', ...headers })
    res.end(JSON.stringify(body))
  }

beforeEach(async () => {
  requests = []
  host = createServer((req, res) => {
    requests.push(req)
    answer(req, res)
  })
  host.listen(0, '127.0.0.1')
  await once(host, 'listening')
  origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`
  client_id = `${origin}/oauth/client.json`
  answer = json({ client_id, client_name: 'Desk', redirect_uris: [CALLBACK, 'http://localhost/callback'] })
  h = harness({ features: [metadataDocuments({ documents: { allowOrigins: [origin] } })] })
})
afterEach(async () => {
  host.closeAllConnections()
  host.close()
  await once(host, 'close')
})

const kinds = ['grant', 'consent', 'request', 'once', 'client', 'pointer'] as const
const posted = async (form: Record<string, string>, path = '/oauth/token') =>
  (await (await h.post(path, { client_id, ...form })).json()) as Tokens & { readonly active: boolean }

describe('a client with a document', () => {
  it('goes from authorization to consent, tokens, refresh, introspection, the connected apps and the end of it', async () => {
    const browser = h.browser()
    const { verifier, challenge } = pkce()
    const redirect_uri = 'http://localhost:54321/callback'
    const asked = authorizeUrl(challenge, { client_id, redirect_uri, scope: 'read write' })
    const page = await (await browser.get(asked)).text()
    const text = unescapeHtml(page.replaceAll(/<[^>]*>/g, ''))
    expect(text).toContain('Allow Desk to use your account?')
    expect(text).toContain(`This app describes itself at ${new URL(origin).host}. Its name was not checked.`)
    expect(text).toContain('Nobody has checked who is behind this name.')
    expect(text).toContain('You will be sent to localhost:54321')
    const allowed = await browser.post('/oauth/consent', { ...formFields(page), decision: 'allow' })
    const back = redirected(allowed)
    expect(allowed.headers.get('location')).toMatch(/^http:\/\/localhost:54321\/callback\?/)
    const code = { code: back.get('code') ?? '', verifier }
    const tokens = await posted({ ...redeemForm(code), redirect_uri })
    expect(tokens).toMatchObject({ scope: 'read write', token_type: 'Bearer' })
    const renewed = await posted(refreshForm(tokens.refresh_token))
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    const introspect = (token: string) => h.post('/oauth/introspect', ...authenticated({ token }, 'api'))
    expect(await (await introspect(renewed.access_token)).json()).toMatchObject({ active: true, client_id })
    const apps = await (await browser.get('/oauth/apps')).text()
    expect(apps).toContain('Desk')
    // It was fetched once for all of that.
    expect(requests.map(({ url, method }) => `${method} ${url}`)).toEqual(['GET /oauth/client.json'])
    expect(requests[0]?.headers).toMatchObject({ accept: 'application/json', 'accept-encoding': 'identity' })
    await browser.post('/oauth/apps', { ...formFields(apps), client_id })
    expect(await (await introspect(renewed.access_token)).json()).toEqual({ active: false })
    expect(await posted(refreshForm(renewed.refresh_token))).toMatchObject({ error: 'invalid_grant' })
  })

  it('at a loopback address is asked about each time, for its id is everybody’s', async () => {
    const browser = h.browser()
    const ask = (changes: object) =>
      browser.get(authorizeUrl(pkce().challenge, { client_id, scope: 'read', ...changes }))
    await obtainCode(h, { client_id, redirect_uri: 'http://localhost:1234/callback', scope: 'read' }, browser)
    expect((await ask({ redirect_uri: 'http://localhost:1234/callback' })).status).toBe(200)
    expect((await ask({ redirect_uri: 'http://localhost:1234/callback', prompt: 'none' })).status).toBe(303)
    expect(redirected(await ask({ redirect_uri: 'http://localhost:1234/callback', prompt: 'none' })).get('error')).toBe(
      'consent_required',
    )
  })

  it('has connections that people can tell apart and end one by one', async () => {
    const connect = async (userAgent: string, port: number) => {
      const browser = h.browser()
      const redirect_uri = `http://localhost:${port}/callback`
      const { verifier, challenge } = pkce()
      const headers = { 'user-agent': userAgent }
      const page = await browser.get(authorizeUrl(challenge, { client_id, redirect_uri, scope: 'read' }), headers)
      const form = { ...formFields(await page.text()), decision: 'allow' }
      const code = redirected(await browser.post('/oauth/consent', form, headers)).get('code') ?? ''
      return posted({ ...redeemForm({ code, verifier }), redirect_uri })
    }
    const chrome = await connect('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/131.0 Safari/537.36', 1111)
    const firefox = await connect('Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/132.0', 2222)
    const browser = h.browser()
    const html = await (await browser.get('/oauth/apps')).text()
    for (const mark of ['Chrome on macOS', 'Firefox on Windows', 'localhost:1111', 'localhost:2222']) {
      expect(html).toContain(mark)
    }
    await browser.post('/oauth/apps', { ...formFields(html), grant: chrome.refresh_token.slice(5, 27) })
    expect(await posted(refreshForm(chrome.refresh_token))).toMatchObject({ error: 'invalid_grant' })
    expect(await posted(refreshForm(firefox.refresh_token))).toMatchObject({ scope: 'read' })
  })
})

describe('what a stranger may try with an id', () => {
  const authorize = (id: string, browser: Browser = h.browser()) =>
    browser.get(authorizeUrl(pkce().challenge, { client_id: id, scope: 'read' }))

  it.each([
    'https://127.0.0.1/client.json',
    'https://[::1]/client.json',
    'https://[::ffff:127.0.0.1]/client.json',
    'https://[64:ff9b::7f00:1]/client.json',
    'https://2130706433/client.json',
    'https://0x7f.1/client.json',
    'https://10.0.0.1/client.json',
    'https://100.64.0.1/client.json',
    'https://169.254.169.254/latest/meta-data/',
    'https://localhost/client.json',
    'https://intranet/client.json',
    'https://metadata.google.internal./computeMetadata/v1/',
  ])('%s leads nowhere, and nothing is stored', async (id) => {
    const before = await snapshot(h, kinds)
    const page = await authorize(id)
    expect(page.status).toBe(400)
    expect(page.headers.get('location')).toBeNull()
    const response = await h.post('/oauth/token', { client_id: id, grant_type: 'authorization_code', code: 'gwac_x' })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: 'invalid_client' })
    const refused = h.events.filter(({ type }) => type === 'refused')
    expect(refused).toHaveLength(2)
    for (const event of refused) {
      expect(event).toMatchObject({ reason: expect.stringMatching(/^documents:(?:address|url)_not_allowed$/) })
    }
    expect(await snapshot(h, kinds)).toBe(before)
    expect(requests).toEqual([])
  })

  it('another port of the same host leads nowhere', async () => {
    const { port } = new URL(origin)
    const page = await authorize(`http://127.0.0.1:${Number(port) === 65_535 ? 1 : Number(port) + 1}/client.json`)
    expect(page.status).toBe(400)
    expect(requests).toEqual([])
  })

  const attacks: [string, () => typeof answer, string][] = [
    ['is huge', () => json({ client_id, x: 'x'.repeat(100_000) }), 'too_large'],
    [
      'is huge, and does not say so',
      () => (_, res) => {
        res.writeHead(200, { 'content-type': 'application/json' })
        res.end('x'.repeat(100_000))
      },
      'too_large',
    ],
    [
      'is a redirect inward',
      () => (_, res) => {
        res.writeHead(302, { location: `${origin}/inside` }).end()
      },
      'redirect',
    ],
    ['is compressed', () => json({ client_id }, { 'content-encoding': 'gzip' }), 'content_type'],
    ['is text', () => json({ client_id }, { 'content-type': 'text/plain' }), 'content_type'],
    [
      'breaks off',
      () => (_, res) => {
        res.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
        res.write('{')
        setImmediate(() => res.destroy())
      },
      'unreachable',
    ],
    [
      'is another’s',
      () => json({ client_id: 'https://claude.ai/oauth/claude-code-client-metadata' }),
      'client_id_differs',
    ],
  ]
  it.each(attacks)('a document that %s is refused, and nothing is stored', async (_, attack, check) => {
    answer = attack()
    const before = await snapshot(h, kinds)
    const page = await authorize(client_id)
    expect(page.status).toBe(400)
    expect(h.events).toMatchObject([{ type: 'refused', reason: `documents:${check}` }])
    expect(await snapshot(h, kinds)).toBe(before)
    expect(requests).toHaveLength(1)
  })

  it('a host that is slow holds nobody up who does not ask for it', async () => {
    answer = () => {}
    const slow = authorize(client_id)
    const { status } = await authorize('web')
    expect(status).toBe(200)
    host.closeAllConnections()
    expect((await slow).status).toBe(400)
  })
})
