import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, test } from 'node:test'
import { decodeJwt } from 'jose'

async function freePort() {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return String(port)
}
const ports = { PROVIDER_PORT: await freePort(), FORUM_PORT: await freePort(), READER_PORT: await freePort() }
const [provider, forum, reader] = Object.values(ports).map((port) => `http://localhost:${port}`)
const env = { ...process.env, ...ports, DATABASE: ':memory:' }
const apps = spawn(process.execPath, ['--import', 'tsx', 'start.ts'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
after(() => apps.kill())

/** Asks again until it is so. */
async function eventually(what: string, isSo: () => Promise<boolean>) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (await isSo().catch(() => false)) return
    await new Promise((again) => setTimeout(again, 100))
  }
  assert.fail(`It did not come to this: ${what}`)
}
for (const url of [provider, forum, reader]) await eventually(`${url} is there`, async () => (await fetch(url)).ok)

interface Page {
  readonly url: string
  readonly html: string
}
const cookies = new Map<string, string>()

/** As a browser does it: keeps cookies, and follows redirects up to the next page. */
async function browse(target: string, body?: FormData | URLSearchParams): Promise<Page> {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
  const response = await fetch(target, {
    ...(body && { method: 'POST', body }),
    headers: { cookie },
    redirect: 'manual',
  })
  for (const line of response.headers.getSetCookie()) {
    const [name = '', value = ''] = line.split(/[=;]/)
    cookies.set(name, value)
  }
  const next = response.headers.get('location')
  return next ? browse(new URL(next, target).href) : { url: target, html: await response.text() }
}

/** Sends the form of a page, with its hidden fields and boxes as they are. */
function submit({ url, html }: Page, fields: Record<string, string> = {}): Promise<Page> {
  const action = /action="([^"]*)"/.exec(html)?.[1] ?? ''
  const body = html.includes('multipart/form-data') ? new FormData() : new URLSearchParams()
  const own = html.matchAll(/type="(?:hidden|checkbox)" name="([^"]*)"(?: value="([^"]*)")?/g)
  for (const [, name = '', value = ''] of own) body.append(name, value)
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  return browse(new URL(action, url).href, body)
}

/** Of the reader. */
let idToken = ''

test('people log in at the forum with their account', async () => {
  const login = await submit(await browse(forum))
  const back = await submit(login, { username: 'ada', password: 'analytical-engine' })
  assert.equal(new URL(back.url).origin, forum)
  assert.match(back.html, /You are Ada Lovelace, ada@example.com/)
})

test('the reader knows them without a password, once they agree', async () => {
  const [redirect_uri, code_verifier] = [`${reader}/`, randomBytes(32).toString('base64url')]
  const question = new URLSearchParams({
    ...{ response_type: 'code', client_id: 'reader', redirect_uri, scope: 'openid profile email' },
    code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const back = await submit(await browse(`${provider}/oauth/authorize?${question}`), { decision: 'allow' })
  const code = new URL(back.url).searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', client_id: 'reader', redirect_uri, code, code_verifier }
  const answer = await fetch(`${provider}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) })
  const { access_token, id_token } = await answer.json()
  idToken = id_token
  const userInfo = await fetch(`${provider}/oauth/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
  assert.equal((await userInfo.json()).name, 'Ada Lovelace')
})

test('nobody is logged out by anything but a logout token', async () => {
  for (const url of [`${forum}/api/backchannel-logout`, `${reader}/backchannel-logout`]) {
    for (const logout_token of ['made-up', idToken]) {
      const body = new URLSearchParams({ logout_token })
      assert.equal((await fetch(url, { method: 'POST', body })).status, 400, url)
    }
  }
  assert.match((await browse(forum)).html, /You are Ada Lovelace/)
})

test('whoever logs out at the provider is logged out of both', async () => {
  await submit(await browse(`${provider}/oauth/logout`), { where: 'here' })
  await eventually('the forum knows nobody', async () => (await browse(forum)).html.includes('You are not logged in'))
  const { sid } = decodeJwt(idToken)
  const events = (await fetch(`${reader}/logouts?sid=${sid}`)).body?.getReader()
  const told = await events?.read()
  assert.equal(new TextDecoder().decode(told?.value), 'data: logged out\n\n')
  await events?.cancel()
})

test('all three end together', async () => {
  apps.kill()
  await once(apps, 'exit')
  for (const url of [provider, forum, reader]) await assert.rejects(fetch(url), url)
})
