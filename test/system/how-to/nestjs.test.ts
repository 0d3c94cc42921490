/** docs/how-to/nestjs.md as it stands there, compiled as Nest compiles and run by Nest itself, on Express and on Fastify. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesOf, pageOf, piecesOf, Reader } from '../../docs/reader.js'
import { claimsOf } from '../../support/harness.js'
import { packagesHere } from './packages.js'

const page = 'docs/how-to/nestjs.md'
const files = filesOf(page)
const machine = { client_id: 'machine', client_secret: 'm'.repeat(32) }
const cors = 'https://app.example.com'

/** What the page says to change for Fastify. */
const onFastify = (main: string) =>
  `import { FastifyAdapter } from '@nestjs/platform-fastify'\n${main.replace('create(AppModule)', 'create(AppModule, new FastifyAdapter())')}`

/** The README's server, and a client of its own beside. */
const withMachine = (auth: string) =>
  auth.replace('clients: [', `clients: [ ${JSON.stringify({ ...machine, grant_types: ['client_credentials'] })},`)

// As a new Nest project has it, and stricter.
const compilerOptions = {
  target: 'ES2022',
  module: 'NodeNext',
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  types: ['node'],
  outDir: 'dist',
  rootDir: 'src',
}

/** The app of the page, running; `change` gets each file before it is written. */
async function start(change: (name: string, code: string) => string): Promise<Reader> {
  const reader = await Reader.arrive(['libsql', 'typescript', '@types', 'undici-types'], packagesHere())
  mkdirSync(join(reader.folder, 'src'))
  for (const [name, code] of [...files, ['auth.ts', filesOf('README.md').get('auth.mjs') ?? ''] as const]) {
    writeFileSync(join(reader.folder, 'src', name), change(name, code).replaceAll('3000', String(reader.port)))
  }
  writeFileSync(join(reader.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
  expect((await reader.run('node node_modules/typescript/bin/tsc -p .').ended).printed).toBe('')
  await reader.run('node dist/main.js').says(/^The server is at/m)
  return reader
}

const platforms = [
  ['Express', (main: string) => main],
  ['Fastify', onFastify],
] as const

describe.each(platforms)('NestJS on %s', (platform, mainOf) => {
  let reader: Reader

  beforeAll(async () => {
    const [enableCors = ''] = piecesOf(page, 'ts')
    const mount = 'app.use(nodeListener(auth))'
    expect(files.get('main.ts')).toContain(mount)
    reader = await start((name, code) => {
      if (name === 'auth.ts') return withMachine(code)
      return name === 'main.ts' ? mainOf(code).replace(mount, `${mount}\n  ${enableCors}`) : code
    })
  })
  afterAll(() => reader?.leave())

  const at = (path: string, init?: RequestInit) => fetch(reader.origin + path, init)

  async function token(scope: string): Promise<string> {
    const authorization = `Basic ${btoa(`${machine.client_id}:${machine.client_secret}`)}`
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope })
    const response = await at('/oauth/token', { method: 'POST', headers: { authorization }, body })
    expect(response.status).toBe(200)
    return (await response.json()).access_token
  }

  it('serves the metadata at the root, and leaves what is not the server’s to Nest', async () => {
    expect(await (await at('/.well-known/oauth-authorization-server')).json()).toMatchObject({ issuer: reader.origin })
    const nowhere = await at('/nowhere')
    expect([nowhere.status, await nowhere.json()]).toMatchObject([404, { message: 'Cannot GET /nowhere' }])
  })

  it('stands before the body parsers: the server caps bodies itself, at 64 KB', async () => {
    const post = (size: number) =>
      at('/oauth/token', { method: 'POST', body: new URLSearchParams({ a: 'x'.repeat(size) }) })
    expect((await post(65_000)).status).toBe(400)
    expect((await post(70_000)).status).toBe(413)
  })

  it('lets a request in by its token, tells the handler who calls, and parses its body', async () => {
    const read = await token('notes:read')
    const write = await token('notes:write')
    expect(claimsOf(read)).toMatchObject({ client_id: 'machine' })
    const listed = await at('/api/notes', { headers: { authorization: `Bearer ${read}` } })
    expect([listed.status, await listed.json()]).toEqual([200, { notesOf: 'machine' }])
    const headers = { authorization: `Bearer ${write}`, 'content-type': 'application/json' }
    const added = await at('/api/notes', { method: 'POST', headers, body: '{"text":"hello"}' })
    expect([added.status, await added.json()]).toEqual([201, { notesOf: 'machine', text: 'hello' }])
  })

  it('answers a refusal with its challenge, readable for the scripts that are allowed', async () => {
    const origin = cors
    const none = await at('/api/notes', { headers: { origin } })
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Bearer/)])
    expect(none.headers.get('access-control-allow-origin')).toBe(cors)
    expect(none.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
    const headers = { authorization: `Bearer ${await token('notes:read')}`, 'content-type': 'application/json' }
    const little = await at('/api/notes', { method: 'POST', headers, body: '{"text":"hello"}' })
    expect(little.status).toBe(403)
    expect(little.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
    expect((await little.json()).error).toBe('insufficient_scope')
  })

  it('has its preflights answered for the API', async () => {
    const headers = {
      origin: cors,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    }
    const answer = await at('/api/notes', { method: 'OPTIONS', headers })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, cors])
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization')
  })

  it('has those of the server’s own endpoints answered as the page says', async () => {
    const headers = { origin: 'https://other.example', 'access-control-request-method': 'POST' }
    const answer = await at('/oauth/token', { method: 'OPTIONS', headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe(platform === 'Express' ? '*' : cors)
    const simple = await at('/oauth/token', { method: 'POST', headers: { origin: headers.origin } })
    expect(simple.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('goes on after all that', async () => {
    expect((await at('/nowhere')).status).toBe(404)
  })
})

// As the page says it, in a filter that catches everything.
const filter = `app.useGlobalFilters({
    catch(_: unknown, host: import('@nestjs/common').ArgumentsHost) {
      const response = host.switchToHttp().getResponse()
      if ((response.raw ?? response).headersSent) return
      response.status(500).send('from the filter')
    },
  })`

it.each(platforms)('with a filter that catches everything, on %s', async (_, mainOf) => {
  expect(pageOf(page)).toContain('`if ((response.raw ?? response).headersSent) return`')
  const guard = "@UseGuards(needsToken({ scope: 'notes:read' }))"
  const reader = await start((name, code) =>
    name === 'main.ts'
      ? mainOf(code).replace('await app.listen', `${filter}\n  await app.listen`)
      : code.replace(guard, ''),
  )
  try {
    // A handler without the guard that asks what the token says is an error, not a handler for nobody.
    const open = await fetch(`${reader.origin}/api/notes`)
    expect([open.status, await open.text()]).toEqual([500, 'from the filter'])
    const refused = await fetch(`${reader.origin}/api/notes`, { method: 'POST' })
    expect([refused.status, await refused.text()]).toEqual([401, '{}'])
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect((await fetch(`${reader.origin}/.well-known/oauth-authorization-server`)).status).toBe(200)
  } finally {
    reader.leave()
  }
})
