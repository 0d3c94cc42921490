import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, it } from 'vitest'
import { createAuthorizationServer } from '../../src/server.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { externalLogin } from '../../src/users/external.js'
import { createApp, reExport, sqliteAuth } from './app.js'

const app = createApp({ 'auth.js': sqliteAuth, 'grantwright.config.js': reExport })
afterAll(() => app.remove())

const web = ['--client-name', 'Web', '--redirect-uri', 'https://web.example.com/cb']
const machine = ['--grant-type', 'client_credentials', '--scope', 'notes:read']

/** The status of a token request at a server on the same file. */
async function tokenStatus(
  client_id: string,
  client_secret: string,
  place: 'header' | 'form' = 'header',
): Promise<number> {
  const db = new Database(join(app.folder, 'auth.db'))
  try {
    const server = createAuthorizationServer({
      issuer: 'http://localhost:3000',
      storage: sqliteStorage(db),
      users: externalLogin({ current: () => null, loginUrl: '/login' }),
      resources: { 'http://localhost:3000/api': { scopes: { 'notes:read': 'Read' } } },
    })
    const response = await server.fetch(
      new Request('http://localhost:3000/oauth/token', {
        method: 'POST',
        headers: place === 'header' ? { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` } : {},
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          ...(place === 'form' && { client_id, client_secret }),
        }),
      }),
    )
    return response.status
  } finally {
    db.close()
  }
}

function storedClients(): string {
  const db = new Database(join(app.folder, 'auth.db'))
  try {
    return JSON.stringify(db.prepare('SELECT * FROM grantwright_clients').all())
  } finally {
    db.close()
  }
}

describe('client create', () => {
  it('makes a client that gets tokens with the secret that it prints', async () => {
    const made = await app.json('client', 'create', ...machine)
    expect(await tokenStatus(made.client_id, made.client_secret)).toBe(200)
    expect(await tokenStatus(made.client_id, `${made.client_secret}x`)).toBe(401)
  })

  it('prints what RFC 7591 has a registration answer, for scripts', async () => {
    const made = await app.json(
      'client',
      'create',
      ...web,
      '--redirect-uri',
      'https://web.example.com/2',
      '--scope',
      'notes:read notes:write',
    )
    expect(made).toMatchObject({
      client_id: expect.stringMatching(/^gwcl_/),
      client_secret: expect.stringMatching(/^gwcs_/),
      client_secret_expires_at: 0,
      client_id_issued_at: expect.closeTo(Date.now() / 1000, -2),
      client_name: 'Web',
      redirect_uris: ['https://web.example.com/cb', 'https://web.example.com/2'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'notes:read notes:write',
    })
  })

  it('shows the secret this once and says so', async () => {
    const { stdout, stderr } = await app.run('client', 'create', ...web)
    const [, secret = ''] = /client_secret +(\S+)/.exec(stdout) ?? []
    const [, id = ''] = /client_id +(\S+)/.exec(stdout) ?? []
    expect(stderr).toContain('The secret is shown this once')
    expect(stderr).toContain('For http://localhost:3000')
    expect(secret).toMatch(/^gwcs_/)
    for (const args of [['show', id], ['list'], ['show', id, '--json'], ['list', '--json']]) {
      const later = await app.run('client', ...args)
      expect(later.stdout).toContain(id)
      expect(later.stdout + later.stderr).not.toMatch(/gwcs_|secrets|hash/)
    }
    expect(storedClients()).toContain(id)
    expect(storedClients()).not.toContain(secret)
  })

  it('lets a client do without PKCE', async () => {
    const made = await app.json('client', 'create', ...web, '--allow-missing-pkce', 'true')
    expect(made.allow_missing_pkce).toBe(true)
    expect((await app.json('client', 'create', ...web)).allow_missing_pkce).toBe(false)
  })

  it('leaves the way of authentication open that is not named, and says so to people', async () => {
    const { stdout } = await app.run('client', 'create', ...machine)
    expect(stdout).toMatch(/^token_endpoint_auth_method +client_secret_basic or client_secret_post$/m)
    const [, secret = ''] = /client_secret +(\S+)/.exec(stdout) ?? []
    const [, id = ''] = /client_id +(\S+)/.exec(stdout) ?? []
    expect(await tokenStatus(id, secret)).toBe(200)
    expect(await tokenStatus(id, secret, 'form')).toBe(200)
    await app.run('client', 'update', id, '--client-name', 'Renamed')
    expect(await tokenStatus(id, secret, 'form')).toBe(200)
    const method = '--token-endpoint-auth-method'
    await app.run('client', 'update', id, method, 'client_secret_basic')
    expect([await tokenStatus(id, secret), await tokenStatus(id, secret, 'form')]).toEqual([200, 401])
    await app.run('client', 'update', id, method, '')
    expect([await tokenStatus(id, secret), await tokenStatus(id, secret, 'form')]).toEqual([200, 200])
  })

  it('gives a public client no secret', async () => {
    const made = await app.json('client', 'create', ...web, '--token-endpoint-auth-method', 'none')
    expect(made).not.toHaveProperty('client_secret')
    expect(made.token_endpoint_auth_method).toBe('none')
  })

  it('makes a client without any grant type for `--grant-type none`', async () => {
    const made = await app.json('client', 'create', '--grant-type', 'none', '--serves', 'http://localhost:3000/api')
    expect(made).toMatchObject({ grant_types: [], redirect_uris: [], serves: ['http://localhost:3000/api'] })
  })

  it('says when the server does not know a scope or a resource', async () => {
    const { code, stderr } = await app.run(
      'client',
      'create',
      ...web,
      '--scope',
      'notes:raed',
      '--resource',
      'https://x.example',
    )
    expect(code).toBe(0)
    expect(stderr).toContain('not known to the option resources of this server: https://x.example, notes:raed')
  })

  it('keeps what libraries print out of the standard output', async () => {
    const { stdout, stderr } = await app.run('client', 'create', ...web, '--json')
    expect(() => JSON.parse(stdout)).not.toThrow()
    expect(stderr).toBe('a library that talks\n')
  })
})

describe('client metadata that is wrong', () => {
  it.each([
    [
      [],
      '--redirect-uri is required with the grant type authorization_code; list where answers may go, or set --grant-type.',
    ],
    [['--redirect-uri', 'http://web.example.com/cb'], '--redirect-uri "http://web.example.com/cb" '],
    [
      [...web, '--grant-type', 'password'],
      "--grant-type must be authorization_code, refresh_token or client_credentials; it was 'password'.",
    ],
    [[...web, '--rotate-refresh-tokens', 'no'], '--rotate-refresh-tokens must be true or false.'],
    [[...web, '--scope', 'a\tb'], '--scope must be scope names separated by spaces'],
    [[...web, '--default-scope', 'b', '--scope', 'a'], '--default-scope has a name that is not in scope'],
    [
      [...machine, '--token-endpoint-auth-method', 'none'],
      '--grant-type has client_credentials, which needs a secret; use another --token-endpoint-auth-method than none.',
    ],
    [
      [...web, '--token-endpoint-auth-method', 'none', '--allow-missing-pkce', 'true'],
      '--allow-missing-pkce is true, but nothing else protects the codes of a public client; leave it out.',
    ],
  ])('is refused in the words of the flags before the config is loaded: %j', async (flags, message) => {
    const bare = createApp({})
    const { code, stdout, stderr } = await bare.run('client', 'create', ...flags)
    expect(stderr).toContain(`grantwright: ${message}`)
    expect(stderr).toContain('npx grantwright client create --help says more.')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(existsSync(join(bare.folder, 'auth.db'))).toBe(false)
    bare.remove()
  })
})

describe('client list and show', () => {
  it('have the clients of the storage and those of the configuration', async () => {
    const { client_id } = await app.json('client', 'create', ...web)
    const { stdout } = await app.run('client', 'list')
    expect(stdout).toMatch(/^desktop +- +public .* configured$/m)
    expect(stdout).toMatch(
      new RegExp(`^${client_id} +Web +confidential +authorization_code refresh_token +\\d{4}-`, 'm'),
    )
    const ids = (await app.json('client', 'list')).map((client: { client_id: string }) => client.client_id)
    expect(ids).toEqual(expect.arrayContaining(['desktop', client_id]))
    expect((await app.run('client', 'show', 'desktop')).stderr).toContain('It is part of the option clients.')
  })

  it('finds a client whose id begins with a dash after --', async () => {
    const { code, stderr } = await app.run('client', 'show', '--', '-x')
    expect(stderr).toContain('There is no client "-x" at http://localhost:3000.')
    expect(code).toBe(1)
  })
})

describe('client update', () => {
  it('changes what is named and leaves the rest', async () => {
    const before = await app.json(
      'client',
      'create',
      ...web,
      '--scope',
      'notes:read',
      '--client-uri',
      'https://web.example.com',
    )
    const after = await app.json('client', 'update', before.client_id, '--client-name', 'Renamed')
    const { client_secret: _, client_secret_expires_at: __, ...rest } = before
    expect(after).toEqual({ ...rest, client_name: 'Renamed' })
    expect(await app.json('client', 'show', before.client_id)).toEqual(after)
  })

  it('replaces a list as a whole, and takes away what is given an empty value', async () => {
    const { client_id } = await app.json(
      'client',
      'create',
      ...web,
      '--redirect-uri',
      'https://b.example.com/',
      '--scope',
      'notes:read',
    )
    const after = await app.json(
      'client',
      'update',
      client_id,
      '--redirect-uri',
      'https://c.example.com/',
      '--scope',
      '',
    )
    expect(after.redirect_uris).toEqual(['https://c.example.com/'])
    expect(after).not.toHaveProperty('scope')
  })

  it('tells what becomes of the secrets when a client turns public, and back', async () => {
    const { client_id } = await app.json('client', 'create', ...web)
    const open = await app.run('client', 'update', client_id, '--token-endpoint-auth-method', 'none')
    expect(open.stderr).toContain('It is public now: its secrets are deleted.')
    const closed = await app.run('client', 'update', client_id, '--token-endpoint-auth-method', 'client_secret_basic')
    expect(closed.stderr).toContain(`It has no secret yet: npx grantwright client rotate-secret ${client_id}`)
  })

  it('refuses a change that makes no sense, and changes nothing', async () => {
    const { client_id } = await app.json('client', 'create', ...web)
    const before = await app.json('client', 'show', client_id)
    const nothing = await app.run('client', 'update', client_id)
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing was said to be changed.') })
    const wrong = await app.run(
      'client',
      'update',
      client_id,
      '--client-name',
      'New',
      '--grant-type',
      'client_credentials',
    )
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--redirect-uri has no use without') })
    expect(await app.json('client', 'show', client_id)).toEqual(before)
  })
})

describe('client rotate-secret', () => {
  it('keeps the secret before it for a day', async () => {
    const first = await app.json('client', 'create', ...machine)
    const { code, stdout, stderr } = await app.run('client', 'rotate-secret', first.client_id)
    const [, secret = ''] = /client_secret +(\S+)/.exec(stdout) ?? []
    expect(code).toBe(0)
    expect(stderr).toContain('The secret is shown this once')
    expect(stderr).toContain('For http://localhost:3000')
    expect(stderr).toContain('ends in 86400 seconds. Running servers see it within 30 seconds.')
    expect(await tokenStatus(first.client_id, secret)).toBe(200)
    expect(await tokenStatus(first.client_id, first.client_secret)).toBe(200)
  })

  it('ends the secret before it with --keep-old-for 0', async () => {
    const first = await app.json('client', 'create', ...machine)
    const second = await app.json('client', 'rotate-secret', first.client_id, '--keep-old-for', '0')
    expect(await tokenStatus(first.client_id, second.client_secret)).toBe(200)
    expect(await tokenStatus(first.client_id, first.client_secret)).toBe(401)
  })

  it('refuses a public client, and a time that is none', async () => {
    const { client_id } = await app.json('client', 'create', ...web, '--token-endpoint-auth-method', 'none')
    const open = await app.run('client', 'rotate-secret', client_id)
    expect(open).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('is public') })
    const never = await app.run('client', 'rotate-secret', client_id, '--keep-old-for', 'ever')
    expect(never).toMatchObject({ code: 2, stderr: expect.stringContaining('must be a whole number of seconds') })
  })
})

describe('client delete', () => {
  it('deletes the client and says that its grants live on', async () => {
    const { client_id } = await app.json('client', 'create', ...web)
    const { code, stdout, stderr } = await app.run('client', 'delete', client_id)
    expect(code).toBe(0)
    expect(stdout).toBe(`Deleted the client ${client_id}.\n`)
    expect(stderr).toContain('What users granted to it lives on until it is revoked or ends')
    expect(stderr).toContain('npx grantwright grants revoke <id>')
    expect((await app.run('client', 'show', client_id)).code).toBe(1)
    const again = await app.run('client', 'delete', client_id)
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('There is no client') })
  })
})

it.each([
  ['update', 'desktop', '--client-name', 'x'],
  ['rotate-secret', 'desktop'],
  ['delete', 'desktop'],
])('client %s leaves clients of the configuration alone', async (...args) => {
  const { code, stdout, stderr } = await app.run('client', ...args)
  expect(stderr).toContain('The client "desktop" is part of the option clients: change it there.')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})
