import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const probe = createServer().listen(0)
await once(probe, 'listening')
const { port } = probe.address() as AddressInfo
probe.close()
const url = `http://localhost:${port}`
const folder = mkdtempSync(join(tmpdir(), 'notes-'))
const env = { ...process.env, PORT: String(port), ISSUER: url, DATABASE: join(folder, 'auth.db') }
const server = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', '-H', 'localhost'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
})
await new Promise<void>((resolve) => {
  server.stdout.on('data', (text) => /Ready/.test(text) && resolve())
})
after(async () => {
  server.kill()
  await once(server, 'exit')
  rmSync(folder, { recursive: true })
})

interface Page {
  readonly url: string
  readonly html: string
}
const cookies = new Map<string, string>()

/** As a browser does it: keeps cookies, and follows redirects up to the next page. */
async function browse(target: string, form?: Record<string, string>): Promise<Page> {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
  const post = form && { method: 'POST', body: new URLSearchParams(form) }
  const response = await fetch(target, { ...post, headers: { cookie }, redirect: 'manual' })
  for (const line of response.headers.getSetCookie()) {
    const [name = '', value = ''] = line.split(/[=;]/)
    cookies.set(name, value)
  }
  const next = response.headers.get('location')
  return next ? browse(new URL(next, target).href) : { url: target, html: await response.text() }
}

/** Sends the form of a page, with its hidden fields and boxes as they are. */
function submit({ url, html }: Page, fields: Record<string, string>): Promise<Page> {
  const action = /action="([^"]*)"/.exec(html)?.[1] ?? ''
  const own = html.matchAll(/type="(?:hidden|checkbox)" name="([^"]*)" value="([^"]*)"/g)
  const form = Object.fromEntries([...own].map(([, name, value]) => [name, value]))
  return browse(new URL(action, url).href, { ...form, ...fields })
}

async function getTokens(form: Record<string, string>) {
  const body = new URLSearchParams({ client_id: 'notes-page', ...form })
  return (await fetch(`${url}/oauth/token`, { method: 'POST', body })).json()
}

function callApi(token: string, init?: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return fetch(`${url}/api/notes`, { headers, ...init })
}

test('the page of the client is there', async () => {
  assert.match((await browse(url)).html, /<h1>Notes<\/h1>/)
})

test('the page says whom to log in as while this is a trial', async () => {
  const { html } = await browse(url)
  for (const word of ['ada', 'analytical-engine', 'grace', 'first-compiler']) assert.ok(html.includes(word), word)
})

test('the API answers nobody without a token', async () => {
  assert.equal((await fetch(`${url}/api/notes`)).status, 401)
  assert.equal((await callApi('made-up')).status, 401)
})

test('a client gets tokens by login and consent, uses them and refreshes them', async () => {
  const [redirect_uri, state] = [`${url}/`, 'a state']
  const code_verifier = randomBytes(32).toString('base64url')
  const question = new URLSearchParams({
    response_type: 'code',
    client_id: 'notes-page',
    redirect_uri,
    scope: 'notes:read notes:write',
    state,
    code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const login = await browse(`${url}/oauth/authorize?${question}`)
  const consent = await submit(login, { username: 'ada', password: 'analytical-engine' })
  const back = await submit(consent, { decision: 'allow' })
  const { code = '', ...rest } = Object.fromEntries(new URL(back.url).searchParams)
  assert.deepEqual(rest, { state, iss: url })

  const first = await getTokens({ grant_type: 'authorization_code', code, redirect_uri, code_verifier })
  const added = await callApi(first.access_token, { method: 'POST', body: '{ "text": "Buy milk" }' })
  assert.equal(added.status, 201)

  const second = await getTokens({ grant_type: 'refresh_token', refresh_token: first.refresh_token })
  assert.notEqual(second.access_token, first.access_token)
  assert.deepEqual(await (await callApi(second.access_token)).json(), { notes: ['Buy milk'] })
})
