/**
 * Runs the quick starts of README.md as they stand there, against the built package, and drives each with a client that
 * somebody else wrote.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'

const root = resolve(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** Every `ts` block that begins with the name of its file. */
const blocks = new Map(
  [...readme.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(([, name = '', code = '']) => [name, code]),
)

let folder: string
const running: ChildProcess[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantwright-readme-'))
  mkdirSync(join(folder, 'node_modules/@hono'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  symlinkSync(root, join(folder, 'node_modules/grantwright'))
  for (const name of ['express', 'hono', '@hono/node-server', 'libsql']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
})

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('the quick start of README.md', () => {
  it('has the files that it speaks of', () => {
    expect([...blocks.keys()]).toEqual([
      'auth.ts',
      'express.ts',
      'hono.ts',
      'app/oauth/[...path]/route.ts',
      'app/.well-known/[...path]/route.ts',
      'app/api/notes/route.ts',
    ])
  })

  it.each(['express.ts', 'hono.ts'])('works as it stands: %s', async (name) => {
    const port = await freePort()
    await write('auth.ts', port)
    const file = await write(name, port)
    await started(file, port)
    expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
  })

  it('works as it stands: Next.js route handlers', async () => {
    const port = await freePort()
    await write('auth.ts', port)
    for (const name of blocks.keys()) if (name.startsWith('app/')) await write(name, port)
    const file = join(folder, 'next.js')
    writeFileSync(file, `${nextLike}.listen(${port})`)
    await started(file, port)
    expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
  })
})

/** Writes a block as JavaScript, with a port of its own. */
async function write(name: string, port: number): Promise<string> {
  const code = blocks
    .get(name)
    ?.replaceAll('3000', String(port))
    .replaceAll('auth.db', join(folder, `${port}.db`))
  const outfile = join(folder, name.replace(/ts$/, 'js'))
  mkdirSync(dirname(outfile), { recursive: true })
  await build({ stdin: { contents: code ?? '', loader: 'ts' }, outfile, format: 'esm', logLevel: 'error' })
  return outfile
}

/** The folders of the App Router, served by hand: test/system/next does it with Next itself. */
const nextLike = `
import { createServer } from 'node:http'
import * as oauth from './app/oauth/[...path]/route.js'
import * as wellKnown from './app/.well-known/[...path]/route.js'
import * as notes from './app/api/notes/route.js'
createServer(async (req, res) => {
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined
  const request = new Request('http://internal' + req.url, { method: req.method, headers: req.headers, body })
  const route = req.url.startsWith('/oauth/') ? oauth : req.url.startsWith('/.well-known/') ? wellKnown : notes
  const response = await route[req.method](request, { params: Promise.resolve({}) })
  res.writeHead(response.status, [...response.headers].flat())
  res.end(await response.text())
})`

async function started(file: string, port: number): Promise<void> {
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'inherit'] })
  running.push(child)
  for (let attempt = 0; child.exitCode === null && attempt < 200; attempt++) {
    const answer = await fetch(`http://localhost:${port}/.well-known/oauth-authorization-server`).catch(() => null)
    if (answer) return
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error(`${file} did not start`)
}

/** Discovery, login, consent, code, tokens, API: with a public client on a loopback port. */
async function walkThrough(port: number): Promise<unknown> {
  const issuer = new URL(`http://localhost:${port}`)
  const http = { [oauth.allowInsecureRequests]: true }
  const discovered = await oauth.discoveryRequest(issuer, { ...http, algorithm: 'oauth2' })
  const as = await oauth.processDiscoveryResponse(new URL(`http://localhost:${port}`), discovered)
  const client = { client_id: 'desktop' }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const redirect_uri = 'http://127.0.0.1:51234/callback'
  const url = new URL(as.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    client_id: 'desktop',
    response_type: 'code',
    redirect_uri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const callback = await logInAndAllow(url)
  const parameters = oauth.validateAuthResponse(as, client, callback, state)
  const answer = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    oauth.None(),
    parameters,
    redirect_uri,
    verifier,
    http,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer)
  const api = new URL(`http://localhost:${port}/api/notes`)
  expect((await fetch(api)).status).toBe(401)
  return (await oauth.protectedResourceRequest(tokens.access_token, 'GET', api, undefined, undefined, http)).json()
}

/** A browser without scripts: follows redirects, keeps cookies, fills in the two forms. */
async function logInAndAllow(start: URL): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = start
  let form: URLSearchParams | undefined
  for (let hop = 0; hop < 10; hop++) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response: Response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location) {
      url = new URL(location, url)
      form = undefined
      if (url.port === '51234') return url
      continue
    }
    const page = await response.text()
    const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(
      ([, n = '', v = '']) => [n, v],
    )
    form = new URLSearchParams(fields)
    if (page.includes('type="password"')) {
      form.set('username', 'ada')
      form.set('password', 'analytical-engine')
    } else form.set('decision', 'allow')
    url = new URL(/<form[^>]* action="([^"]+)"/.exec(page)?.[1] ?? '', url)
  }
  throw new Error('the flow did not end')
}
