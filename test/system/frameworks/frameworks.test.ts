/**
 * Runs the code of docs/adapters as it stands there: Fastify and Koa on the Node listener, and the adapter for h3 that shows how to
 * write one. Each passes the suite that every adapter passes, and so do the oldest versions of Express and Hono that the shipped adapters
 * are for.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { poster } from '../../../adapters/testing/server.js'
import { adapterSuite } from '../../../adapters/testing.js'
import { connectHttp2 } from '../../adapters/http2.js'
import { open } from '../../adapters/raw.js'
import { blocksOf, pages, prepare, type Running, run, stopAll } from './pages.js'

prepare()
afterAll(stopAll)

const issuer = 'http://localhost:4433'
const form = 'application/x-www-form-urlencoded'
const credentials = new URLSearchParams({ grant_type: 'client_credentials', scope: 'notes:read', ...poster }).toString()
const postToken = (site: Running, body = credentials) =>
  fetch(`${site.origin}/oauth/token`, { method: 'POST', headers: { 'content-type': form }, body })

/** Each server, started once for each issuer. */
const started = new Map<string, Promise<Running>>()
const start = (name: string, code: string, issuer: string, beside: { readonly [name: string]: string } = {}) => {
  const key = `${name} ${issuer}`
  const running = started.get(key) ?? run(`${name}-${started.size}`, { 'server.ts': code, ...beside }, issuer)
  started.set(key, running)
  return running
}

async function outlivesHangUps(name: string, files: { readonly [name: string]: string }): Promise<void> {
  const site = await run(name, files, issuer)
  const head = ['POST /oauth/token HTTP/1.1', 'Host: localhost', `Content-Type: ${form}`, 'Content-Length: 1000']
  const port = Number(new URL(site.origin).port)
  const sockets = await Promise.all(Array.from({ length: 5 }, () => open(port, head, 'grant_type=')))
  await vi.waitFor(async () => expect(await site.counts()).toEqual({ seen: 5, pending: 5 }))
  for (const socket of sockets) socket.destroy()
  await vi.waitFor(async () => expect(await site.counts()).toEqual({ seen: 5, pending: 0 }))
  expect((await postToken(site)).status).toBe(200)
}

const overHttp2 = {
  'fastify.md': (code: string) => code.replace('Fastify()', 'Fastify({ http2: true })'),
  'koa.md': (code: string) =>
    `import { createServer } from 'node:http2'\n${code.replace('app.listen(3000)', 'createServer(app.callback()).listen(3000)')}`,
}

describe.each(['fastify.md', 'koa.md'] as const)('%s', (page) => {
  const code = blocksOf(page).get('server.ts') ?? ''

  adapterSuite({ describe, it }, async ({ issuer }) => ({
    origin: (await start(page, code, issuer)).origin,
    close() {},
  }))

  it('tells clients where to get a token', async () => {
    const { origin } = await start(page, code, issuer)
    const challenge = (await fetch(`${origin}/api/notes`)).headers.get('www-authenticate')
    expect(challenge).toContain(`resource_metadata="${issuer}/.well-known/oauth-protected-resource/api"`)
    const metadata = await fetch(`${origin}/.well-known/oauth-protected-resource/api`)
    expect(await metadata.json()).toMatchObject({ resource: `${issuer}/api`, authorization_servers: [issuer] })
  })

  it('leaves nothing pending when clients hang up in the middle of a body, and goes on', () =>
    outlivesHangUps(`${page}-hang-up`, { 'server.ts': code }))

  it('works over HTTP/2', async () => {
    const { origin } = await run(`${page}-http2`, { 'server.ts': overHttp2[page](code) }, issuer)
    const { request } = connectHttp2(origin)
    const token = { ':method': 'POST', ':path': '/oauth/token', 'content-type': form }
    const { access_token } = JSON.parse((await request(token, credentials)).text)
    const notes = await request({ ':path': '/api/notes', authorization: `Bearer ${access_token}` })
    expect(JSON.parse(notes.text)).toMatchObject({ clientId: poster.client_id, scope: ['notes:read'] })
    expect((await request({ ':path': '/api/notes' })).headers[':status']).toBe(401)
    expect((await request({ ':path': '/elsewhere' })).headers[':status']).toBe(404)
    expect((await request(token, `a=${'x'.repeat(2_000_000)}`)).headers[':status']).toBe(413)
  })
})

it('node:http, as README.md of docs/adapters has it, guards its route and answers what is the server’s', async () => {
  const site = await run('node', { 'server.ts': blocksOf('README.md').get('server.ts') ?? '' }, issuer)
  const { access_token } = await (await postToken(site)).json()
  const notes = await fetch(`${site.origin}/api/notes`, { headers: { authorization: `Bearer ${access_token}` } })
  expect(await notes.json()).toEqual({ notesOf: poster.client_id })
  expect((await fetch(`${site.origin}/api/notes`)).status).toBe(401)
  expect((await fetch(`${site.origin}/elsewhere`)).status).toBe(404)
})

describe('Koa with its body parser first', () => {
  const code = blocksOf('koa.md').get('server.ts') ?? ''
  const first = (more = '') =>
    code.replace('const app = new Koa()', `const app = new Koa()\napp.use(bodyParser())${more}`)

  it('answers posts to the token endpoint with 500, as the page says', async () => {
    const site = await run('koa-parser-first', { 'server.ts': first() }, issuer)
    expect((await postToken(site)).status).toBe(500)
    expect((await fetch(`${site.origin}/hello`)).status).toBe(200)
  })

  it('works with the line that the page has for it, and repeated parameters stay repeated', async () => {
    const line = '\napp.use((ctx, next) => {\n  ctx.req.body = ctx.request.body\n  return next()\n})'
    const site = await run('koa-parser-handed-on', { 'server.ts': first(line) }, issuer)
    expect((await postToken(site)).status).toBe(200)
    expect((await postToken(site, `${credentials}&scope=notes:write`)).status).toBe(400)
  })
})

describe.each([
  ['Express 4.18.0', 'express.mjs'],
  ['Hono 4.0.0', 'hono.mjs'],
])('the oldest that is supported: %s', (name, file) => {
  const code = readFileSync(join(import.meta.dirname, file), 'utf8')
  adapterSuite({ describe, it }, async ({ issuer }) => ({
    origin: (await start(name, code, issuer)).origin,
    close() {},
  }))
})

describe.each(['mcp-1.mjs', 'mcp-2.mjs'])('behind our guard the transport of the MCP SDK, as in %s,', (file) => {
  const codeOf = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
  const site = () => start(file, codeOf(file), issuer, { 'mcp.mjs': codeOf('mcp.mjs') })

  async function callTool(path: string): Promise<unknown> {
    const server = await site()
    const { access_token } = await (await postToken(server)).json()
    const response = await fetch(server.origin + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${access_token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
    })
    const [, message = ''] = /^data: (.*)$/m.exec(await response.text()) ?? []
    return JSON.parse(JSON.parse(message).result.content[0].text)
  }

  it('is handed nothing of ours as its own, and a tool learns from accessOf who calls', async () => {
    expect(await callTool('/mcp')).toEqual({ subject: poster.client_id, handedOn: null })
  })

  it('hands on what the app gave it in the words of the SDK', async () => {
    expect(await callTool('/handed-on')).toEqual({
      subject: poster.client_id,
      handedOn: {
        token: expect.stringMatching(/^ey/),
        clientId: poster.client_id,
        scopes: ['notes:read'],
        expiresAt: expect.any(Number),
        extra: { subject: poster.client_id },
      },
    })
  })

  it('is not reached without a token', async () => {
    const { origin } = await site()
    const response = await fetch(`${origin}/mcp`, { method: 'POST', body: '{}' })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer scope="notes:read"'])
  })
})

it.each([
  [
    'express-oauth2-jwt-bearer',
    "import { auth } from 'express-oauth2-jwt-bearer'",
    'auth()',
    'req.auth?.payload.sub satisfies string | undefined',
  ],
  [
    '@modelcontextprotocol/sdk',
    "import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'",
    'requireBearerAuth({ verifier: { verifyAccessToken: () => Promise.reject() } })',
    'req.auth?.clientId satisfies string | undefined',
  ],
])('the types of %s are its own beside ours', (name, imported, middleware, use) => {
  const place = join(pages, `types-beside-${name.replace(/\W/g, '-')}`)
  const app = `${imported}
import express from 'express'
import { accessOf, requireAccessToken } from 'grantwright/express'
import { auth as server } from './auth.js'
export const app = express()
app.get('/theirs', ${middleware}, (req, res) => void res.json(${use}))
app.get('/ours', requireAccessToken(server), (req, res) => void res.json(accessOf(req).subject satisfies string))
`
  // A clash between declarations is told where they are, in files that skipLibCheck would pass over.
  const told = compile(place, { 'app.ts': app }, { skipLibCheck: false })
  const ours = told.split('\n').filter((line) => /^(?!.*node_modules)|grantwright|TS(2430|2687|2717)/.test(line))
  expect(ours.join('\n').trim()).toBe('')
})

// The page's own test: it says `describe` itself.
const h3 = join(pages, 'h3')
mkdirSync(h3, { recursive: true })
for (const [name, code] of blocksOf('writing-one.md')) writeFileSync(join(h3, name.replace('.test', '-test')), code)
await import(join(h3, 'h3-test.ts'))

describe('the adapter for h3, on a socket', () => {
  const files = (first = '') => ({
    ...Object.fromEntries(blocksOf('writing-one.md')),
    'server.ts': `import { H3, serve } from 'h3'
      import { auth } from './auth.js'
      import { authorizationServer } from './h3.js'
      serve(new H3()${first}.use(authorizationServer(auth)), { port: 3000, hostname: '127.0.0.1' })`,
  })

  it('leaves nothing pending when clients hang up in the middle of a body, and goes on', () =>
    outlivesHangUps('h3-hang-up', files()))

  it('ends in the error handling of h3 when something has read the body', async () => {
    const site = await run('h3-body-read', files('.use(async (event) => void (await event.req.text()))'), issuer)
    const response = await postToken(site)
    expect([response.status, (await response.text()).includes('server_error')]).toEqual([500, false])
  })
})

it.each(['README.md', 'fastify.md', 'koa.md', 'writing-one.md'])(
  'the code of %s is TypeScript that a strict compiler accepts',
  (page) => {
    const files = [...blocksOf(page)].map(([name, code]) => [name.replace('.test', '-test'), code] as const)
    expect(compile(join(pages, `types-of-${page}`), Object.fromEntries(files))).toBe('')
  },
)

/** What a strict compiler says to `files`, beside an `auth.ts`. */
function compile(place: string, files: { readonly [name: string]: string }, others: object = {}): string {
  mkdirSync(place, { recursive: true })
  const auth =
    "import { adapterTestServer } from 'grantwright/testing/adapter'\nexport const auth = adapterTestServer('')\n"
  for (const [name, code] of Object.entries({ ...files, 'auth.ts': auth })) writeFileSync(join(place, name), code)
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    ...others,
  }
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files) }))
  const compiler = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc')
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', place], { encoding: 'utf8' })
  return stdout + stderr
}
