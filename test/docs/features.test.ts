/**
 * The features of docs/features.md as a reader would take them: the files as they stand there, compiled strictly against the packed
 * library, served by Node, and asked over HTTP with a client that somebody else wrote.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createConsumer, removeConsumer } from '../package/consumer.js'
import { freePort } from '../support/free-port.js'

// A compiler run takes seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/features.md'), 'utf8')

/** Every `ts` block that begins with the name of its file. */
const blocks = new Map(
  [...page.matchAll(/```ts\n(\/\/ (\S+\.ts)\n[\s\S]*?)```/g)].map(([, code = '', name = '']) => [name, code]),
)

const PIN = 'urn:example:params:oauth:grant-type:pin'
const secrets = { GATEWAY_SECRET: 'g'.repeat(32), KIOSK_SECRET: 'k'.repeat(32) }
const http = { [oauth.allowInsecureRequests]: true }

const folder = createConsumer(['@types', 'undici-types'])
let issuer: string
let as: oauth.AuthorizationServer
let server: ReturnType<typeof spawn>

beforeAll(async () => {
  const port = await freePort()
  issuer = `http://localhost:${port}`
  for (const [name, code] of blocks) writeFileSync(join(folder, name), code.replaceAll('3000', String(port)))
  writeFileSync(join(folder, 'serve.ts'), serve(port))
  const told = compile('serve.ts')
  if (told !== '') throw new Error(told)
  const env = { ...process.env, ...secrets }
  server = spawn(process.execPath, [join(folder, 'serve.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const listening = server.stdout ? once(server.stdout, 'data') : Promise.reject(new Error('no output'))
  const ended = once(server, 'exit').then(([code]) => Promise.reject(new Error(`the server ended with ${code}`)))
  await Promise.race([listening, ended])
  const found = await oauth.discoveryRequest(new URL(issuer), { ...http, algorithm: 'oauth2' })
  as = await oauth.processDiscoveryResponse(new URL(issuer), found)
})
afterAll(() => {
  server?.kill('SIGKILL')
  removeConsumer(folder)
})

const serve = (port: number) => `
import { createServer } from 'node:http'
import { nodeListener } from 'grantwright/node'
import { auth } from './auth.js'

createServer(nodeListener(auth)).listen(${port}, () => console.log('listening'))
`

/** What a strict compiler says; the empty string when it is content, and has written the JavaScript. */
function compile(file: string): string {
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitReturns: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    types: ['node'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
  return status === 0 ? '' : stdout + stderr || `the compiler ended with status ${status}`
}

const kiosk = { id: { client_id: 'kiosk' }, proof: oauth.ClientSecretBasic(secrets.KIOSK_SECRET) }
const mac = (client_id: string, secret = secrets.GATEWAY_SECRET) =>
  createHmac('sha256', secret).update(client_id).digest('hex')
const vouched = (client_id: string, by = mac(client_id)) => ({ 'x-gateway-client': `${client_id}.${by}` })

/** What the token endpoint answers to the kiosk. */
async function typed(pin: string | undefined, more: Record<string, string> = {}) {
  const form = { ...(pin !== undefined && { pin }), ...more }
  const response = await oauth.genericTokenEndpointRequest(as, kiosk.id, kiosk.proof, PIN, form, http)
  return { status: response.status, body: await response.clone().json(), response }
}

/** What an endpoint answers to a form. */
async function posted(url: string | undefined, form: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(url ?? '', { method: 'POST', body: new URLSearchParams(form), headers })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

const forItself = { grant_type: 'client_credentials' }
const refused = (error: string, status = 400) => ({ status, body: { error } })

/** The claims of an access token that the library of the client has verified. */
function claimsOf(token: string): Promise<oauth.JWTAccessTokenClaims> {
  const request = new Request(`${issuer}/api`, { headers: { authorization: `Bearer ${token}` } })
  return oauth.validateJwtAccessToken(as, request, `${issuer}/api`, http)
}

describe('the files of docs/features.md', () => {
  it('are three, each begins with its name and has less than 40 lines', () => {
    expect([...blocks.keys()]).toEqual(['pin.ts', 'gateway.ts', 'auth.ts'])
    for (const [name, code] of blocks) expect([name, code.trimEnd().split('\n').length < 40]).toEqual([name, true])
  })

  it('import the library, node:crypto and each other, and nothing else', () => {
    const imported = (name: string) =>
      [...(blocks.get(name) ?? '').matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, module]) => module).sort()
    expect(imported('pin.ts')).toEqual(['grantwright'])
    expect(imported('gateway.ts')).toEqual(['grantwright', 'node:crypto'])
    expect(imported('auth.ts')).toEqual(['./gateway.js', './pin.js', 'grantwright', 'grantwright/storage/memory'])
  })
})

describe('the kiosk', () => {
  it('gets a token for the user with the PIN, which any verifier of JWTs takes', async () => {
    const { body, response } = await typed('271828')
    const tokens = await oauth.processGenericTokenEndpointResponse(as, kiosk.id, response)
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type'])
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'notes:read' })
    expect(await claimsOf(tokens.access_token)).toMatchObject({
      iss: issuer,
      sub: 'user-1',
      aud: `${issuer}/api`,
      client_id: 'kiosk',
      scope: 'notes:read',
    })
  })

  it('is refused with a wrong PIN, and with none', async () => {
    expect(await typed('000000')).toMatchObject(refused('invalid_grant'))
    expect(await typed(undefined)).toMatchObject(refused('invalid_request'))
    expect(await typed('')).toMatchObject(refused('invalid_request'))
  })

  it('is refused scope and resources that it may not have, whatever the PIN', async () => {
    for (const pin of ['271828', '000000']) {
      expect(await typed(pin, { scope: 'notes:read notes:write' })).toMatchObject(refused('invalid_scope'))
      expect(await typed(pin, { resource: `${issuer}/other` })).toMatchObject(refused('invalid_target'))
    }
    expect(await typed('271828', { scope: 'notes:read', resource: `${issuer}/api` })).toMatchObject({ status: 200 })
  })

  it('is the only client that may use the grant type, and only with its secret', async () => {
    const form = { grant_type: PIN, pin: '271828' }
    expect(await posted(as.token_endpoint, form, vouched('partner'))).toMatchObject(refused('unauthorized_client'))
    const named = await posted(as.token_endpoint, { ...form, client_id: 'kiosk' })
    expect(named).toMatchObject(refused('invalid_client', 401))
    const authorization = `Basic ${btoa('kiosk:wrong')}`
    expect(await posted(as.token_endpoint, form, { authorization })).toMatchObject(refused('invalid_client', 401))
  })

  it('can ask about its token, and revoke it', async () => {
    const { access_token: token } = (await typed('271828')).body
    const authorization = `Basic ${btoa(`kiosk:${secrets.KIOSK_SECRET}`)}`
    const asked = () => posted(as.introspection_endpoint, { token }, { authorization })
    expect((await asked()).body).toMatchObject({ active: true, sub: 'user-1', client_id: 'kiosk', scope: 'notes:read' })
    expect((await posted(as.revocation_endpoint, { token }, vouched('partner'))).status).toBe(200)
    expect((await asked()).body.active).toBe(true)
    expect((await posted(as.revocation_endpoint, { token }, { authorization })).status).toBe(200)
    expect((await asked()).body).toEqual({ active: false })
  })

  it('gets its token by what the curl of the page sends', async () => {
    const [, command = ''] = /```sh\n(curl [\s\S]*?)```/.exec(page) ?? []
    const [, user = ''] = /-u "([^"]+)"/.exec(command) ?? []
    const [url] = /http\S+/.exec(command) ?? []
    const form = new URLSearchParams([...command.matchAll(/-d (\S+)/g)].map(([, pair]) => pair).join('&'))
    const authorization = `Basic ${btoa(user.replace('$KIOSK_SECRET', secrets.KIOSK_SECRET))}`
    const at = url?.replace('http://localhost:3000', issuer)
    expect(at).toBe(as.token_endpoint)
    const { status, body } = await posted(at, Object.fromEntries(form), { authorization })
    expect([status, body.scope]).toEqual([200, 'notes:read'])
  })
})

describe('the gateway', () => {
  it('lets the client in for which it speaks', async () => {
    for (const form of [forItself, { ...forItself, client_id: 'partner' }]) {
      const { status, body } = await posted(as.token_endpoint, form, vouched('partner'))
      expect(status).toBe(200)
      expect(await claimsOf(body.access_token)).toMatchObject({ sub: 'partner', client_id: 'partner' })
    }
  })

  it.each<[string, Record<string, string>]>([
    ['a MAC of another client', vouched('partner', mac('kiosk'))],
    ['the header of the client with the name of another', vouched('kiosk', mac('partner'))],
    ['a MAC by another secret', vouched('partner', mac('partner', 'x'.repeat(32)))],
    ['a MAC that is cut', vouched('partner', mac('partner').slice(0, 62))],
    ['a MAC in capitals', vouched('partner', mac('partner').toUpperCase())],
    ['no MAC', { 'x-gateway-client': 'partner' }],
    ['nothing', { 'x-gateway-client': '' }],
    [
      'the header twice in one line',
      {
        'x-gateway-client': Array(2)
          .fill(`partner.${mac('partner')}`)
          .join(', '),
      },
    ],
    ['a client that is registered for a secret', vouched('kiosk')],
    ['a client that nobody knows', vouched('nobody')],
  ])('does not let in %s', async (_, headers) => {
    expect(await posted(as.token_endpoint, forItself, headers)).toMatchObject(refused('invalid_client', 401))
  })

  it('answers the same to a wrong MAC and to a strange client', async () => {
    const wrong = await posted(as.token_endpoint, forItself, vouched('partner', mac('kiosk')))
    expect(wrong).toEqual(await posted(as.token_endpoint, forItself, vouched('nobody')))
  })

  it('is refused beside a secret, and beside the name of another client', async () => {
    const authorization = `Basic ${btoa(`kiosk:${secrets.KIOSK_SECRET}`)}`
    const attempts: [Record<string, string>, Record<string, string>][] = [
      [forItself, { ...vouched('partner'), authorization }],
      [{ ...forItself, client_id: 'partner', client_secret: 'x' }, vouched('partner')],
      [{ ...forItself, client_id: 'kiosk' }, vouched('partner')],
    ]
    for (const [form, headers] of attempts) {
      expect(await posted(as.token_endpoint, form, headers)).toMatchObject(refused('invalid_request'))
    }
  })

  it('is needed: the client cannot get in without it', async () => {
    const named = { ...forItself, client_id: 'partner' }
    expect(await posted(as.token_endpoint, named)).toMatchObject(refused('invalid_client', 401))
    const authorization = `Basic ${btoa('partner:')}`
    expect(await posted(as.token_endpoint, forItself, { authorization })).toMatchObject(refused('invalid_client', 401))
  })

  it.each([undefined, 'short'])('does not start with the secret %s', (GATEWAY_SECRET) => {
    const { GATEWAY_SECRET: _, ...env } = { ...process.env, ...secrets }
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'serve.js')], {
      env: { ...env, ...(GATEWAY_SECRET !== undefined && { GATEWAY_SECRET }) },
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect(status).toBe(1)
    expect(stderr).toContain('GATEWAY_SECRET must have at least 32 characters.')
  })
})

it('both are in the metadata', () => {
  expect(as.grant_types_supported).toContain(PIN)
  expect(as.token_endpoint_auth_methods_supported).toContain('gateway')
  expect(as.revocation_endpoint_auth_methods_supported).toContain('gateway')
  expect(as.introspection_endpoint_auth_methods_supported).toContain('gateway')
})

// `compile` must be able to say no.
it('a feature that the types do not allow does not compile', () => {
  const wrong = `import type { Feature } from 'grantwright'
export const wrong: Feature = { name: 'x', grantTypes: [{ name: 'y' }] }`
  writeFileSync(join(folder, 'wrong.ts'), wrong)
  expect(compile('wrong.ts')).toContain("Property 'answer' is missing")
})
