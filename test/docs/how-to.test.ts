/** docs/how-to/machine-to-machine.md and native-app.md as their readers take them, against the quick start copied out of README.md. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Jar } from '../system/logins/jar.js'
import { filesOf, pageOf, piecesOf, Reader } from './reader.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const packages = ['express', 'libsql', 'openid-client']

/** The command line of the package that the folder has: npx would look in the registry first. */
const cli = 'node node_modules/grantwright/dist/cli.js'

/** What a process printed last. */
const last = (printed: string) => printed.trim().split('\n').at(-1)

describe('machine to machine', () => {
  const page = 'docs/how-to/machine-to-machine.md'
  const files = filesOf(page)
  const commands = piecesOf(page, 'sh').map((command) => command.replace('npx grantwright', cli))
  let reader: Reader
  let machine: { CLIENT_ID: string; CLIENT_SECRET: string }

  beforeAll(async () => {
    reader = await Reader.arrive(packages)
    reader.write('grantwright.config.mjs', piecesOf('docs/cli.md', 'js')[0])
    for (const [name, code] of files) reader.write(name, code)
    // The page has the reader wait until the client is read again; here it is read anew each time.
    await reader.quickStart('express.mjs', (auth) =>
      auth.replace('clients: [', 'clientCacheLifetime: 0,\n  clients: ['),
    )
    const made = JSON.parse(await printedBy(`${commands[0]} --json`))
    machine = { CLIENT_ID: made.client_id, CLIENT_SECRET: made.client_secret }
  })
  afterAll(() => reader?.leave())

  async function printedBy(command: string): Promise<string> {
    const { code, printed } = await reader.run(`${command} 2>errors`).ended
    if (code !== 0) throw new Error(readFileSync(join(reader.folder, 'errors'), 'utf8'))
    return printed
  }
  const job = async (env = machine) => (await reader.run('node job.mjs', env).ended).printed
  const works = () => `{ notesOf: '${machine.CLIENT_ID}' }\n`.repeat(3)

  const refusal = "code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',\n  status: 401"

  it('has these files and commands', () => {
    expect([...files.keys()]).toEqual(['api.mjs', 'job.mjs'])
    expect(commands).toHaveLength(3)
  })

  it('gets a token by the id and the secret that the command printed, and the API answers', async () => {
    expect(await job()).toBe(works())
  })

  it('asks for one token, though three callers come at once, and for another when the API refuses it', async () => {
    reader.write(
      'counting.mjs',
      `import { callApi } from './api.mjs'
const asked = { token: 0, api: 0 }
const ask = fetch
let refusals = 0
globalThis.fetch = async (url, init) => {
  asked[String(url).endsWith('/oauth/token') ? 'token' : 'api']++
  if (String(url).endsWith('/api/notes') && refusals-- > 0) return new Response('', { status: 401 })
  return ask(url, init)
}
const call = () => callApi('http://localhost:3000/api/notes')
await Promise.all([call(), call(), call()])
await call()
const before = { ...asked }
refusals = 1
const after = (await call()).status
const calls = { ...asked }
refusals = 2
console.log(JSON.stringify({ before, after, calls, always: (await call()).status }))`,
    )
    const { printed } = await reader.run('node counting.mjs', machine).ended
    expect(JSON.parse(printed)).toEqual({
      before: { token: 1, api: 4 },
      after: 200,
      calls: { token: 2, api: 6 },
      always: 401,
    })
  })

  it('works with the old secret and with the new one once it is rotated, and not with another', async () => {
    const command = commands[2]?.replace('<client_id>', machine.CLIENT_ID)
    const { client_secret } = JSON.parse(await printedBy(`${command} --json`))
    expect(client_secret).not.toBe(machine.CLIENT_SECRET)
    expect(await job()).toBe(works())
    expect(await job({ ...machine, CLIENT_SECRET: client_secret })).toBe(works())
    expect(await job({ ...machine, CLIENT_SECRET: 'x'.repeat(43) })).toContain(refusal)
  })

  it('shuts out a leaked secret at once with the flag that the page names', async () => {
    expect(pageOf(page)).toContain('`--keep-old-for 0`')
    const before = JSON.parse(await printedBy(`${commands[0]} --json`))
    const env = { CLIENT_ID: before.client_id, CLIENT_SECRET: before.client_secret }
    const command = commands[2]?.replace('<client_id>', env.CLIENT_ID)
    const { client_secret } = JSON.parse(await printedBy(`${command} --keep-old-for 0 --json`))
    expect(await job(env)).toContain(refusal)
    expect(await job({ ...env, CLIENT_SECRET: client_secret })).toContain('notesOf')
  })

  it('is told apart from people by the piece for the API', async () => {
    const [piece = ''] = piecesOf(page, 'ts')
    const told = new Function('accessOf', 'req', 'res', piece)
    const res = { status: (status: number) => ({ json: (body: object) => ({ status, ...body }) }) }
    const of = (subject: string) => told(() => ({ subject, clientId: 'gwcl_a' }), {}, res)
    expect([of('user-1'), of('gwcl_a')]).toEqual([undefined, { status: 403, error: 'This is for people.' }])
  })

  it('is answered as the table says', async () => {
    const ask = async (form: Record<string, string>) => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', ...form })
      const response = await fetch(`${reader.origin}/oauth/token`, { method: 'POST', body })
      return [response.status, (await response.json()).error]
    }
    const right = { client_id: machine.CLIENT_ID, client_secret: machine.CLIENT_SECRET }
    const authorization = `Basic ${btoa(`${machine.CLIENT_ID}:${machine.CLIENT_SECRET}`)}`
    const headers = { authorization }
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'notes:write' })
    const beyond = await fetch(`${reader.origin}/oauth/token`, { method: 'POST', body, headers })
    expect((await beyond.json()).error).toBe('invalid_scope')
    expect(await ask({ ...right, client_secret: 'wrong' })).toEqual([401, 'invalid_client'])
    expect(await ask({ client_id: 'desktop' })).toEqual([400, 'unauthorized_client'])
  })
})

describe('a mobile or desktop app', () => {
  const page = 'docs/how-to/native-app.md'
  const client = piecesOf(page, 'ts')[0] ?? ''
  let reader: Reader
  let opened: string
  let env: Record<string, string>

  beforeAll(async () => {
    reader = await Reader.arrive(packages)
    await reader.quickStart('express.mjs', (auth) => auth.replace('clients: [', `clients: [ ${client},`))
    reader.write('desktop.mjs', filesOf(page).get('desktop.mjs'))
    // A browser that only notes what it is to open.
    const bin = join(reader.folder, 'bin')
    opened = join(reader.folder, 'opened')
    mkdirSync(bin)
    for (const name of ['xdg-open', 'open']) {
      writeFileSync(join(bin, name), `#!/bin/sh\nprintf %s "$1" > '${opened}'\n`)
      chmodSync(join(bin, name), 0o755)
    }
    env = { PATH: `${bin}${delimiter}${process.env.PATH}` }
  })
  afterAll(() => reader?.leave())

  const tokenFile = () => join(reader.folder, 'refresh-token')
  const kept = () => readFileSync(tokenFile(), 'utf8')

  async function logIn(): Promise<string> {
    rmSync(opened, { force: true })
    const app = reader.run('node desktop.mjs', env)
    const [, url = ''] = await app.says(/Log in at (\S+)/)
    await vi.waitFor(() => expect(existsSync(opened) && readFileSync(opened, 'utf8')).toBe(url), { timeout: 10_000 })
    await fetch(await reader.logInAndAllow(url))
    return last((await app.ended).printed) ?? ''
  }

  it('logs in with the browser of the system, and keeps the refresh token where nobody else reads it', async () => {
    expect(await logIn()).toBe("{ notesOf: 'user-1' }")
    expect(statSync(tokenFile()).mode & 0o777).toBe(0o600)
  })

  it('asks nobody the next time, and keeps the new token', async () => {
    const before = kept()
    const { printed } = await reader.run('node desktop.mjs', env).ended
    expect(printed).toBe("{ notesOf: 'user-1' }\n")
    expect(kept()).not.toBe(before)
  })

  it('gets the current token for the one before, when its answer was lost', async () => {
    const before = kept()
    await reader.run('node desktop.mjs', env).ended
    writeFileSync(tokenFile(), before)
    expect((await reader.run('node desktop.mjs', env).ended).printed).toBe("{ notesOf: 'user-1' }\n")
  })

  it('logs in again when the login is over, and only then', async () => {
    writeFileSync(tokenFile(), 'gwrt_over')
    expect(await logIn()).toBe("{ notesOf: 'user-1' }")
    const before = kept()
    const body = new URLSearchParams({ token: before, client_id: 'notes-app' })
    expect((await fetch(`${reader.origin}/oauth/revoke`, { method: 'POST', body })).status).toBe(200)
    expect(await logIn()).toBe("{ notesOf: 'user-1' }")
  })

  it.each(['https://notes.example.com/app/callback', 'com.example.notes:/callback', 'http://[::1]:4711/callback'])(
    'the answer goes to %s as the page says',
    async (redirect_uri) => {
      const asked = { client_id: 'notes-app', response_type: 'code', redirect_uri, code_challenge_method: 'S256' }
      const query = new URLSearchParams({ ...asked, code_challenge: 'E'.repeat(43), state: 's' })
      const url = `${reader.origin}/oauth/authorize?${query}`
      const jar = new Jar(reader.origin)
      if (redirect_uri.includes('[::1]')) {
        // Registered is 127.0.0.1: an address for another one is another address.
        const { status, html } = await jar.open(url)
        expect([status, html.includes('type="password"')]).toEqual([400, false])
        return
      }
      const { href, searchParams } = await reader.logInAndAllow(url, jar)
      expect(href.split('?')[0]).toBe(redirect_uri)
      expect(searchParams.get('code')).toMatch(/^gwac_/)
    },
  )

  it('people are asked at each login on the two that anybody on the device can pass for, and not on the claimed link', async () => {
    const jar = new Jar(reader.origin)
    const ask = (redirect_uri: string) => {
      const asked = { client_id: 'notes-app', response_type: 'code', redirect_uri, code_challenge_method: 'S256' }
      return `${reader.origin}/oauth/authorize?${new URLSearchParams({ ...asked, code_challenge: 'E'.repeat(43) })}`
    }
    await reader.logInAndAllow(ask('https://notes.example.com/app/callback'), jar)
    expect((await jar.open(ask('https://notes.example.com/app/callback'))).status).toBe(0)
    for (const uri of ['com.example.notes:/callback', 'http://127.0.0.1:5000/callback']) {
      const { html } = await jar.open(ask(uri))
      expect(html).toContain('value="allow"')
    }
  })
})

it('the files and commands of the page about apps are these', () => {
  expect([...filesOf('docs/how-to/native-app.md').keys()]).toEqual(['desktop.mjs'])
  expect(piecesOf('docs/how-to/native-app.md', 'sh')).toEqual(['npm install openid-client'])
})
