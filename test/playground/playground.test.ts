import { spawn } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import * as oauth from 'oauth4webapi'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Chapter } from '../../examples/playground/journal.js'
import { listenOnLoopback } from '../../examples/playground/listen.js'
import { startPlayground } from '../../examples/playground/playground.js'
import type { ClientState } from '../../examples/playground/sessions.js'
import { freePort } from '../support/free-port.js'
import { type Visitor, visitor } from './visitor.js'

const http = { [oauth.allowInsecureRequests]: true }
const dataDir = mkdtempSync(join(tmpdir(), 'grantwright-playground-'))
const started: { close(): Promise<void> }[] = []
let now = Date.now()

afterEach(async () => {
  for (const playground of started.splice(0)) await playground.close()
})
afterAll(() => rmSync(dataDir, { recursive: true }))

async function start(port = 0) {
  const playground = await startPlayground({ port, dataDir, now: () => now })
  started.push(playground)
  return playground
}

async function startAgain(first: { readonly url: string; close(): Promise<void> }): Promise<void> {
  await first.close()
  started.splice(0)
  await start(Number(new URL(first.url).port))
  // `fetch` has yet to notice that the connections it kept are gone.
  await fetch(first.url).catch(() => null)
}

/** What a script has to know, from /playground.json alone. */
async function describeRunning(url: string) {
  const description = (await (await fetch(`${url}/playground.json`)).json()) as {
    issuer: string
    metadata_url: string
    users: { username: string; password: string }[]
    clients: (oauth.Client & {
      client_secret?: string
      redirect_uris: string[]
      grant_types: string[]
      serves?: string[]
    })[]
    resource: string
    scopes: string[]
  }
  const issuer = new URL(description.issuer)
  const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...http })
  const server = await oauth.processDiscoveryResponse(issuer, found)
  const client = (name: string) => {
    const known = description.clients.find(({ client_id }) => client_id === name)
    if (!known) throw new Error(`no client ${name}`)
    const proof = known.client_secret === undefined ? oauth.None() : oauth.ClientSecretBasic(known.client_secret)
    return { client: known, proof, redirectUri: known.redirect_uris[0] ?? '' }
  }
  return { ...description, server, client }
}

type Running = Awaited<ReturnType<typeof describeRunning>>

/** A person logs in and agrees; the client gets its tokens. */
async function logIn({ server, client: clientOf, users, scopes, resource }: Running, name: string) {
  const { client, proof, redirectUri } = clientOf(name)
  const verifier = oauth.generateRandomCodeVerifier()
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    resource,
    state: 'state-of-the-test',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    prompt: 'login consent',
  }).toString()
  const person = visitor()
  const loginPage = await person.visit(url.href)
  const again = await person.submit(loginPage, { username: users[0]?.username ?? '', password: 'wrong' })
  expect(again.html).toContain('Wrong user name or password')
  const consentPage = await person.submit(again, { ...users[0] })
  expect(consentPage.html).toContain('Read your notes')
  const answer = await person.submit(consentPage, { decision: 'allow' }, redirectUri)
  const code = oauth.validateAuthResponse(server, client, answer.url, 'state-of-the-test')
  const response = await oauth.authorizationCodeGrantRequest(server, client, proof, code, redirectUri, verifier, http)
  return oauth.processAuthorizationCodeResponse(server, client, response)
}

async function refresh({ server, client: clientOf }: Running, name: string, token = '') {
  const { client, proof } = clientOf(name)
  const response = await oauth.refreshTokenGrantRequest(server, client, proof, token, http)
  return oauth.processRefreshTokenResponse(server, client, response)
}

const read = (running: Running, token: string) =>
  fetch(`${running.resource}/notes`, { headers: { authorization: `Bearer ${token}` } })

describe('the running playground', () => {
  it.each(['web', 'native'])(
    'takes the client %s from /playground.json through login, API, refresh and revocation',
    async (name) => {
      const running = await describeRunning((await start()).url)
      const tokens = await logIn(running, name)
      expect(tokens.scope).toBe('notes:read notes:write')
      expect(await (await read(running, tokens.access_token)).json()).toMatchObject({ subject: 'ada', client_id: name })
      const next = await refresh(running, name, tokens.refresh_token)
      expect(next.refresh_token).not.toBe(tokens.refresh_token)
      const retried = await refresh(running, name, tokens.refresh_token)
      expect(retried.refresh_token).toBe(next.refresh_token)
      const { client, proof } = running.client(name)
      const revoked = await oauth.revocationRequest(running.server, client, proof, next.refresh_token ?? '', http)
      await oauth.processRevocationResponse(revoked)
      expect((await read(running, retried.access_token)).status).toBe(401)
    },
  )

  it('ends the grant on a replay, ten seconds after the refresh', async () => {
    const running = await describeRunning((await start()).url)
    const tokens = await logIn(running, 'web')
    const next = await refresh(running, 'web', tokens.refresh_token)
    now += 9_999
    await refresh(running, 'web', tokens.refresh_token)
    now += 1
    await expect(refresh(running, 'web', tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(refresh(running, 'web', next.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await read(running, next.access_token)).status).toBe(401)
  })

  it('lets the service get a token for itself, and the API introspect it', async () => {
    const running = await describeRunning((await start()).url)
    const { server, resource } = running
    const service = running.client('service')
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      service.client,
      service.proof,
      { resource },
      http,
    )
    const { access_token } = await oauth.processClientCredentialsResponse(server, service.client, response)
    const api = running.client('api')
    const asked = await oauth.introspectionRequest(server, api.client, api.proof, access_token, http)
    expect(await oauth.processIntrospectionResponse(server, api.client, asked)).toMatchObject({
      active: true,
      aud: resource,
    })
    expect((await read(running, access_token)).status).toBe(200)
  })

  it('keeps users, grants and keys when it is started again', async () => {
    const first = await start()
    const before = await describeRunning(first.url)
    const tokens = await logIn(before, 'web')
    const keys = await (await fetch(before.server.jwks_uri ?? '')).json()
    await startAgain(first)
    const after = await describeRunning(first.url)
    expect(await (await fetch(after.server.jwks_uri ?? '')).json()).toEqual(keys)
    expect((await read(after, tokens.access_token)).status).toBe(200)
    expect((await refresh(after, 'web', tokens.refresh_token)).refresh_token).toMatch(/^gwrt_/)
    await logIn(after, 'web')
  })

  it('answers who comes while it is still starting', async () => {
    const port = await freePort()
    // With nothing in the folder yet, there are passwords to hash.
    const starting = startPlayground({ port, dataDir: mkdtempSync(join(dataDir, 'new-')) })
    let status: number | undefined
    while (status === undefined) {
      status = await fetch(`http://localhost:${port}/playground.json`).then(
        (response) => response.status,
        () => undefined,
      )
    }
    expect(status).toBe(200)
    started.push(await starting)
  })

  it('tells who came early that it has not started, when it does not in time or gives up', async () => {
    const slow = await listenOnLoopback(0, 1)
    const late = await fetch(`http://localhost:${slow.port}/playground.json`)
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1'])
    slow.serve((_req, res) => void res.end('here'))
    expect(await (await fetch(`http://localhost:${slow.port}/`)).text()).toBe('here')
    await slow.close()

    const stuck = await listenOnLoopback(0)
    const arrived = new Promise<void>((resolve) => subscribe('http.server.request.start', () => resolve()))
    const asked = fetch(`http://127.0.0.1:${stuck.port}/playground.json`)
    await arrived
    await stuck.close()
    expect((await asked).status).toBe(503)
  })

  it('lets the port go when it cannot start', async () => {
    const port = await freePort()
    const broken = join(mkdtempSync(join(dataDir, 'broken-')), 'data')
    mkdirSync(join(broken, 'client.db'), { recursive: true })
    await expect(startPlayground({ port, dataDir: broken })).rejects.toThrow()
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
  })

  it('answers on every name of this machine, and not to a name that somebody else gave it', async () => {
    const { port } = new URL((await start()).url)
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect((await fetch(`http://${host}:${port}/playground.json`)).status, host).toBe(200)
    }
    expect(await statusFor(port, 'evil.example')).toBe(421)
  })
})

describe('the demo client', () => {
  it('records what was really said, and judges by it: retry, replay, refusal', async () => {
    const { url } = await start()
    const person = visitor()
    const loginPage = await person.post(`${url}/demo/login`, { scope: 'notes:read', prompt: 'consent' })
    const consentPage = await person.submit(loginPage, { username: 'grace', password: 'first-compiler' })
    await person.submit(consentPage, { decision: 'allow' })
    const loggedIn = await pageState(url, person)
    expect(loggedIn.state).toMatchObject({ grant: 'active', tokens: { scope: 'notes:read' } })
    const [, , , , passed] = loggedIn.chapter?.exchanges ?? []
    // Not a redirect, and recorded as what it is.
    expect(passed?.response).toMatchObject({
      status: 200,
      headers: expect.arrayContaining([['refresh', expect.stringMatching(/^0; url=http/)]]),
    })
    expect(requestsOf(loggedIn)).toEqual([
      'browser POST /demo/login',
      'client GET /.well-known/oauth-authorization-server',
      'browser GET /oauth/authorize',
      'browser GET /oauth/login',
      'browser POST /oauth/login',
      'browser GET /oauth/authorize',
      'browser POST /oauth/consent',
      'browser GET /demo/callback',
      'client POST /oauth/token',
    ])
    const take = async (step: string) => {
      await person.post(`${url}/demo/${step}`, {})
      return pageState(url, person)
    }
    expect((await take('write')).outcome).toMatchObject({ tone: 'bad', text: expect.stringContaining('scope') })
    const refreshed = await take('refresh')
    expect(refreshed.state.spent).toEqual({
      refresh_token: loggedIn.state.tokens?.refresh_token,
      replayAt: now + 10_000,
    })
    const successor = refreshed.state.tokens?.refresh_token
    expect((await take('retry')).outcome).toMatchObject({ tone: 'good', same: [successor, successor] })
    now += 10_000
    const replayed = await take('replay')
    expect(replayed).toMatchObject({ state: { grant: 'ended' }, outcome: { tone: 'bad' } })
    expect(replayed.chapter?.exchanges.map(({ response }) => response?.status)).toEqual([204, 400, 400, 401])
  })

  it('never redeems a code of a login that the browser did not begin', async () => {
    const { url } = await start()
    const person = visitor()
    await person.visit(`${url}/demo/callback?${new URLSearchParams({ code: 'gwac_x', state: 'x', iss: url })}`)
    const after = await pageState(url, person)
    expect(after).toMatchObject({ state: { grant: 'none', tokens: null }, outcome: { tone: 'bad' } })
    expect(requestsOf(after)).toEqual(['browser GET /demo/callback'])
  })

  it('never redeems a code that comes with another state than the one it sent', async () => {
    const { url } = await start()
    const person = visitor()
    await person.post(`${url}/demo/login`, { scope: 'notes:read' })
    await person.visit(`${url}/demo/callback?${new URLSearchParams({ code: 'gwac_x', state: 'x', iss: url })}`)
    const after = await pageState(url, person)
    expect(after).toMatchObject({ state: { grant: 'none', tokens: null }, outcome: { tone: 'bad' } })
    expect(requestsOf(after)).not.toContain('client POST /oauth/token')
    expect(requestsOf(after)).toContain('browser GET /demo/callback')
  })

  it('has nothing after a no, and keeps what it had before', async () => {
    const { url } = await start()
    const person = visitor()
    const ask = (scope: string) => person.post(`${url}/demo/login`, { scope, prompt: 'consent' })
    const consentPage = await person.submit(await ask('notes:read'), { username: 'grace', password: 'first-compiler' })
    await person.submit(consentPage, { decision: 'deny' })
    const denied = await pageState(url, person)
    expect(denied.state).toMatchObject({ grant: 'none', tokens: null, denied: true })
    expect(denied.outcome).toMatchObject({ tone: 'note', text: expect.stringContaining('no token') })

    await person.submit(await ask('notes:read'), { decision: 'allow' })
    const agreed = await pageState(url, person)
    expect(agreed.state).toMatchObject({ grant: 'active', denied: false })
    await person.submit(await ask('notes:write'), { decision: 'deny' })
    const again = await pageState(url, person)
    expect(again.state).toEqual({ ...agreed.state, denied: true })
    expect(again.outcome?.text).toContain('The tokens of the login before are still good: the API answered 200.')

    await person.submit(await person.post(`${url}/demo/apps`, {}), { all: 'yes' })
    await person.submit(await ask('notes:write'), { decision: 'deny' })
    expect((await pageState(url, person)).state.grant).toBe('ended')
  })

  it('finds out at its next call what the person did among the connected apps', async () => {
    const { url } = await start()
    const person = visitor()
    const loginPage = await person.post(`${url}/demo/login`, { scope: 'notes:read', prompt: 'consent' })
    const consentPage = await person.submit(loginPage, { username: 'ada', password: 'analytical-engine' })
    await person.submit(consentPage, { decision: 'allow' })

    const page = await person.post(`${url}/demo/apps`, {})
    expect(page.html).toContain('Notes on the Web')
    const looked = await pageState(url, person)
    expect(looked).toMatchObject({ state: { grant: 'active' }, outcome: null })
    expect(requestsOf(looked)).toEqual(['browser POST /demo/apps', 'browser GET /oauth/apps'])
    await person.submit(page, { all: 'yes' })
    const ended = await pageState(url, person)
    expect(ended).toMatchObject({ state: { grant: 'ended' }, outcome: { text: expect.stringContaining('401') } })
    expect(requestsOf(ended)).toEqual(
      expect.arrayContaining(['browser POST /oauth/apps', 'client GET /api/notes', 'browser GET /oauth/apps']),
    )
  })

  it('keeps its grant when the person logs out of the server', async () => {
    const { url } = await start()
    const person = visitor()
    const loginPage = await person.post(`${url}/demo/login`, { scope: 'notes:read', prompt: 'consent' })
    const consentPage = await person.submit(loginPage, { username: 'ada', password: 'analytical-engine' })
    await person.submit(consentPage, { decision: 'allow' })

    const page = await person.post(`${url}/demo/logout`, {})
    await person.submit(page, { where: 'here' })
    const after = await pageState(url, person)
    expect(after.state.grant).toBe('active')
    expect(after.outcome).toMatchObject({ tone: 'note', text: expect.stringContaining('the API answered 200') })
    expect((await person.post(`${url}/demo/login`, { scope: 'notes:read' })).html).toContain('name="password"')
  })

  it('learns from a refusal of the API that its grant has ended', async () => {
    const { url } = await start()
    const person = visitor()
    const loginPage = await person.post(`${url}/demo/login`, { scope: 'notes:read', prompt: 'consent' })
    const consentPage = await person.submit(loginPage, { username: 'ada', password: 'analytical-engine' })
    await person.submit(consentPage, { decision: 'allow' })
    const before = now
    now += 86_400_000
    await person.post(`${url}/demo/read`, {})
    // Too old says nothing of the grant.
    expect(await pageState(url, person)).toMatchObject({
      state: { grant: 'active' },
      outcome: { tone: 'bad', text: expect.stringContaining('expired') },
    })
    now = before
    await person.submit(await person.visit(`${url}/oauth/apps`), { all: 'yes' })
    await person.post(`${url}/demo/read`, {})
    expect(await pageState(url, person)).toMatchObject({
      state: { grant: 'ended' },
      outcome: { tone: 'bad', text: expect.stringContaining('its grant has ended') },
    })
  })

  it('keeps its own tokens when the playground is started again', async () => {
    const first = await start()
    const person = visitor()
    await person.post(`${first.url}/demo/service`, {})
    const before = await pageState(first.url, person)
    await startAgain(first)
    expect((await pageState(first.url, person)).state).toEqual(before.state)
    expect(before.state.serviceToken).toMatch(/^eyJ/)
  })
})

/** What the page would show now: the first of its events. */
async function pageState(url: string, person: Visitor) {
  const response = await fetch(`${url}/demo/events`, { headers: { cookie: person.cookie() } })
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (reader && !text.includes('\n\n')) text += decoder.decode((await reader.read()).value, { stream: true })
  await reader?.cancel()
  const { state, chapters } = JSON.parse(text.slice('data: '.length)) as { state: ClientState; chapters: Chapter[] }
  const chapter = chapters.at(-1)
  return { state, chapter, outcome: chapter?.outcome }
}

const requestsOf = ({ chapter }: { chapter: Chapter | undefined }) =>
  chapter?.exchanges.map(({ from, request }) => `${from} ${request.method} ${new URL(request.url).pathname}`)

async function statusFor(port: string, host: string): Promise<number | undefined> {
  const [response] = (await once(get({ port, host: '127.0.0.1', headers: { host } }), 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

describe('npm start', () => {
  const outfile = join(import.meta.dirname, '../../examples/playground/test.build.js')
  beforeAll(async () => {
    const entry = join(import.meta.dirname, '../../examples/playground/server.ts')
    // The sources of the package, by the paths of tsconfig.json: so it runs without dist/.
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
    })
  })
  afterAll(() => rmSync(outfile))

  /** How it ends, and what it says about that. */
  async function ending(settings: { readonly [name: string]: string }) {
    const env = { ...process.env, DATA_DIR: dataDir, ...settings }
    const child = spawn(process.execPath, [outfile], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    const [code] = await once(child, 'close')
    return { code, said }
  }

  it('says what to do when the port is taken, and exits with 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    expect(await ending({ PORT: String(port) })).toEqual({
      code: 1,
      said: `Port ${port} is already in use. Stop the program that has it, or choose another port: PORT=${port + 1} npm start\n`,
    })
    taken.close()
  })

  it('says that it is the data when that cannot be kept, and not the port, and exits with 1', async () => {
    const file = join(dataDir, 'a file')
    writeFileSync(file, '')
    const broken = join(dataDir, 'broken')
    mkdirSync(join(broken, 'auth.db'), { recursive: true })
    for (const folder of [file, join(file, 'below'), broken]) {
      const { code, said } = await ending({ PORT: String(await freePort()), DATA_DIR: folder })
      expect(said).toContain(`The playground cannot keep its data in ${folder} (`)
      expect(said).toContain('choose another folder: DATA_DIR=../playground-data npm start\n')
      expect(said).not.toMatch(/PORT=|node:/)
      expect(code).toBe(1)
    }
  })
})
