import * as argon2 from '@node-rs/argon2'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Unavailable } from '../../src/edge/errors.js'
import type { HttpResponse } from '../../src/edge/message.js'
import type { LoginNeed } from '../../src/users/contract.js'
import { HashQueueFull, inTurn } from '../../src/users/hash-queue.js'
import { type PasswordAuthentication, passwordLogin } from '../../src/users/password.js'
import { hashPassword } from '../../src/users/password-hash.js'
import type { PasswordLoginOptions } from '../../src/users/password-options.js'
import {
  context,
  cookieOf,
  type Fixture,
  header,
  issuer,
  pending,
  type RequestParts,
  request,
  seen,
  services,
  stored,
} from './fixture.js'

vi.mock('@node-rs/argon2', async (original) => {
  const actual = await original<typeof argon2>()
  return { ...actual, hashRaw: vi.fn(actual.hashRaw) }
})
const hashes = vi.mocked(argon2.hashRaw)

const right = 'correct horse'
let hash: string
beforeAll(async () => {
  hash = await hashPassword(right)
})

let server: Fixture
let users: PasswordAuthentication
const build = (options: PasswordLoginOptions) => {
  users = passwordLogin(options)(server)
}
const verify = async (username: string, password: string) => (username === 'ada' && password === right ? 'u1' : null)

beforeEach(() => {
  server = services()
  build({ verify })
  hashes.mockClear()
})

const cookie = 'browser=1'
async function visit(parts: RequestParts): Promise<HttpResponse> {
  const endpoint = users.endpoints[0]
  expect(endpoint?.path).toBe('/oauth/login')
  const method = endpoint?.methods[parts.method ?? 'GET']
  if (!method) throw new Error('no such method')
  return seen(await method(request({ headers: { cookie }, ...parts })))
}
const show = (query = 'pending=req.secret') => visit({ url: `/oauth/login?${query}` })
const logIn = (username: string, password: string, parts: RequestParts = {}) =>
  visit({ method: 'POST', url: '/oauth/login', form: { pending: 'req.secret', username, password }, ...parts })
const session = (response: HttpResponse) => ({ cookie: cookieOf(header(response, 'set-cookie') ?? '') })
const whoIs = (headers: { cookie: string }) => users.current(context(request({ headers })))

describe('the login page', () => {
  it('is shown for a pending request, with the name of the client', async () => {
    const page = await show()
    expect(page.status).toBe(200)
    expect(page.body).toContain('to continue to <bdi>Notes</bdi>')
    expect(page.body).toContain('name="pending" value="req.secret"')
    expect(header(page, 'content-security-policy')).toContain("form-action 'self';")
  })

  it('has the hint of the client in it, without marks that turn its direction', async () => {
    server.pendingLogin = async () => ({ ...pending, loginHint: 'ada\u202e"@example.com' })
    build({ verify })
    expect((await show()).body).toContain('value="ada&#34;@example.com"')
  })

  it('asks who is logged in to confirm that it is them, and has their name in it', async () => {
    const { cookie } = session(await logIn('ada', right))
    server.pendingLogin = async () => ({ ...pending, reason: 'fresh', loginHint: 'grace' })
    build({ verify })
    const shownTo = async (headers: Record<string, string>) =>
      (await visit({ url: '/oauth/login?pending=req.secret', headers })).body
    const known = await shownTo({ cookie })
    expect(known).toContain('Confirm it is you')
    expect(known).toContain('name="username" value="ada"')
    expect(known).not.toContain('grace')
    // Their session is over: the name is the one that the client gives.
    const unknown = await shownTo({})
    expect(unknown).toContain('Confirm it is you')
    expect(unknown).toContain('name="username" value="grace"')
  })

  it('takes no name from a session when somebody else may be meant', async () => {
    const { cookie } = session(await logIn('ada', right))
    server.pendingLogin = async () => ({ ...pending, reason: 'select_account' })
    build({ verify })
    const { body } = await visit({ url: '/oauth/login?pending=req.secret', headers: { cookie } })
    expect(body).toContain('<h1>Log in</h1>')
    expect(body).toContain('name="username" value=""')
  })

  it.each(['pending=other.secret', 'pending=', '', 'pending=req.secret&pending=req.secret'])(
    'explains itself when nothing is pending (%s)',
    async (query) => {
      const page = await show(query)
      expect(page.status).toBe(400)
      expect(page.body).toContain('This page is no longer valid')
      expect(page.body).not.toContain('<form')
    },
  )

  it('says that cookies are needed when the browser sends none', async () => {
    const page = await visit({ url: '/oauth/login?pending=req.secret', headers: {} })
    expect(page.status).toBe(400)
    expect(page.body).toContain('cookies')
    expect(page.body).not.toContain('<form')
  })
})

describe('the right password', () => {
  it('starts a session and goes on to where the pending request says', async () => {
    const answer = await logIn('ada', right)
    // No redirect: Chromium would hold all that follows to where the form with the password may lead.
    expect(answer.status).toBe(200)
    expect(header(answer, 'refresh')).toBe(`0; url=${pending.returnTo}`)
    expect(answer.body).toContain(`<a href="${pending.returnTo}">`)
    expect(await whoIs(session(answer))).toMatchObject({
      subject: 'u1',
      displayName: 'ada',
      authenticatedAt: server.time,
      amr: ['pwd'],
    })
    expect(server.events).toEqual([{ type: 'login_succeeded', subject: 'u1', address: undefined }])
  })

  it('gives a new session each time and ends the one before', async () => {
    const first = session(await logIn('ada', right))
    const one = await whoIs(first)
    const second = session(await logIn('ada', right, { headers: { cookie: `${cookie}; ${first.cookie}` } }))
    expect(await whoIs(first)).toBeNull()
    const two = await whoIs(second)
    expect(one && two && 'subject' in one && 'subject' in two && one.sessionId !== two.sessionId).toBe(true)
  })

  it('never leads to an address that stands in the request', async () => {
    const form = { pending: 'req.secret', username: 'ada', password: right, return_to: 'https://evil.example' }
    const answer = await visit({ method: 'POST', url: '/oauth/login?return_to=https://evil.example', form })
    expect(header(answer, 'location')).toBe(pending.returnTo)
    expect(header(answer, 'refresh')).toBe(`0; url=${pending.returnTo}`)
    expect(answer.body).not.toContain('evil')
  })

  it('may bring the methods that were used', async () => {
    build({ verify: () => ({ subject: 'u1', amr: ['pwd', 'otp'] }) })
    expect(await whoIs(session(await logIn('ada', right)))).toMatchObject({ amr: ['pwd', 'otp'] })
  })

  it('ends nothing well when the app gives something that is not an id', async () => {
    build({ verify: () => true as never })
    await expect(logIn('ada', right)).rejects.toThrow('String(user.id)')
    expect(await stored(server.storage, 'true')).toBe('[]')
  })
})

describe('a wrong password', () => {
  it('shows the page again with the user name, and starts no session', async () => {
    const page = await logIn('ada', 'wrong')
    expect(page.status).toBe(422)
    expect(page.body).toContain('role="alert"')
    expect(page.body).toContain('name="username" value="ada"')
    expect(page.body).not.toContain('value="wrong"')
    expect(header(page, 'set-cookie')).toBeUndefined()
    expect(server.events).toEqual([{ type: 'login_failed', username: 'ada', address: undefined }])
  })

  it('looks the same as an unknown user', async () => {
    const wrong = await logIn('ada', 'wrong')
    const unknown = await logIn('bob', 'wrong')
    expect(unknown.status).toBe(wrong.status)
    expect(unknown.headers).toEqual(wrong.headers)
    expect(unknown.body.replace('value="bob"', 'value="ada"')).toBe(wrong.body)
  })

  it('leaves an old session as it is', async () => {
    const before = session(await logIn('ada', right))
    await logIn('ada', 'wrong', { headers: { cookie: `${cookie}; ${before.cookie}` } })
    expect(await whoIs(before)).toMatchObject({ subject: 'u1' })
  })

  it('is asked for again, uncounted, when a field is empty', async () => {
    for (let i = 0; i < 10; i++) expect((await logIn('ada', '')).body).toContain('Enter your user name')
    expect((await logIn('ada', right)).status).toBe(200)
  })
})

describe('a login that did not come from our page', () => {
  const refused = async (parts: RequestParts, status: number) => {
    const answer = await logIn('ada', right, parts)
    expect(answer.status).toBe(status)
    expect(header(answer, 'set-cookie')).toBeUndefined()
    expect(await stored(server.storage, 'u1')).toBe('[]')
    expect(server.events).toEqual([])
  }

  it('is refused from another origin', async () => {
    await refused({ headers: { cookie, origin: 'https://evil.example' } }, 403)
    await refused({ headers: { cookie, origin: 'null' } }, 403)
    await refused({ headers: { cookie, origin: 'null', 'sec-fetch-site': 'cross-site' } }, 403)
  })

  it('is refused in another browser', () => refused({ headers: { cookie: 'browser=2' } }, 400))

  it('is refused for another request', () =>
    refused({ form: { pending: 'x.y', username: 'ada', password: right } }, 400))

  it('is refused in another content type', async () => {
    const headers = { cookie, 'content-type': 'text/plain' }
    await expect(logIn('ada', right, { headers })).rejects.toThrow('The content type must be')
    expect(server.events).toEqual([])
  })

  it('is taken from the issuer, and from a browser that hides the origin of our own page', async () => {
    for (const headers of [{ origin: issuer }, { origin: 'null', 'sec-fetch-site': 'same-origin' }]) {
      expect((await logIn('ada', right, { headers: { cookie, ...headers } })).status).toBe(200)
    }
  })
})

describe('the limit of attempts', () => {
  it('tells the wait, asks nobody about the password meanwhile, and lets the right one in afterwards', async () => {
    const asked = vi.fn(verify)
    build({ verify: asked })
    for (let i = 0; i < 5; i++) await logIn('ada', 'wrong')
    const page = await logIn('ada', right)
    expect(page.status).toBe(429)
    expect(header(page, 'retry-after')).toBe('60')
    expect(page.body).toContain('Try again in 1 minute.')
    expect(asked).toHaveBeenCalledTimes(5)
    expect(server.events.at(-1)).toEqual({ type: 'login_throttled', username: 'ada', address: undefined })
    server.time += 60_000
    expect((await logIn('ada', right)).status).toBe(200)
  })

  it('counts before the password is looked at, so that parallel guesses do not slip through', async () => {
    const asked = vi.fn(async () => null)
    build({ verify: asked })
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => logIn('ada', `guess ${i}`)))
    expect(asked).toHaveBeenCalledTimes(5)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(45)
  })

  it('begins anew after the right password', async () => {
    for (let i = 0; i < 4; i++) await logIn('ada', 'wrong')
    await logIn('ada', right)
    for (let i = 0; i < 4; i++) expect((await logIn('ada', 'wrong')).status).toBe(422)
    expect((await logIn('ada', right)).status).toBe(200)
  })

  it('treats users alike whether they exist or not', async () => {
    for (let i = 0; i < 5; i++) await logIn('nobody', 'wrong')
    expect((await logIn('nobody', 'wrong')).status).toBe(429)
  })

  it('counts the address of the socket over all users', async () => {
    for (let i = 0; i < 30; i++) await logIn(`user${i}`, 'wrong', { address: '192.0.2.1' })
    expect((await logIn('ada', right, { address: '192.0.2.1' })).status).toBe(429)
    expect((await logIn('ada', right, { address: '192.0.2.2' })).status).toBe(200)
  })
})

describe('with find', () => {
  const find = async (username: string) => {
    if (username === 'ada') return { subject: 'u1', passwordHash: hash }
    return username === 'sso' ? { subject: 'u2', passwordHash: null } : null
  }

  it('logs in whose hash matches', async () => {
    build({ find })
    expect(await whoIs(session(await logIn('ada', right)))).toMatchObject({ subject: 'u1' })
    expect((await logIn('ada', 'wrong')).status).toBe(422)
  })

  it('costs exactly one hash of the same price for the right and the wrong password, and for unknown users', async () => {
    build({ find })
    const prices: unknown[] = []
    for (const [username, password] of [
      ['ada', right],
      ['ada', 'wrong'],
      ['nobody', 'wrong'],
      ['sso', 'wrong'],
    ] as const) {
      hashes.mockClear()
      await logIn(username, password)
      expect(hashes).toHaveBeenCalledOnce()
      const { memoryCost, timeCost, parallelism, outputLen } = hashes.mock.calls[0]?.[1] ?? {}
      prices.push({ memoryCost, timeCost, parallelism, outputLen })
    }
    expect(new Set(prices.map((price) => JSON.stringify(price))).size).toBe(1)
  })

  it('hashes no password of more than 1024 bytes, whether the user exists or not', async () => {
    build({ find })
    for (const username of ['ada', 'nobody']) expect((await logIn(username, 'x'.repeat(1025))).status).toBe(422)
    expect(hashes).not.toHaveBeenCalled()
  })

  /** scrypt with N = 2: made by an earlier, weaker configuration. */
  const weakHash = async () => {
    const { scryptSync } = await import('node:crypto')
    const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '')
    const salt = Buffer.alloc(16, 7)
    return `$scrypt$ln=1,r=8,p=1$${encode(salt)}$${encode(scryptSync(right, salt, 32, { N: 2, r: 8, p: 1 }))}`
  }

  it('saves a stronger hash once the right password has come by, and says which one it replaces', async () => {
    const save = vi.fn()
    const weak = await weakHash()
    build({ find: () => ({ subject: 'u1', passwordHash: weak }), save })
    await logIn('ada', 'wrong')
    expect(save).not.toHaveBeenCalled()
    await logIn('ada', right)
    expect(save).toHaveBeenCalledExactlyOnceWith('u1', expect.stringMatching(/^\$argon2id\$/), weak)
    const [, better] = save.mock.calls[0] ?? []
    build({ find: () => ({ subject: 'u1', passwordHash: better }), save })
    expect((await logIn('ada', right)).status).toBe(200)
    expect(save).toHaveBeenCalledOnce()
  })

  it('lets the app keep a password that was changed between find and save', async () => {
    const row = { id: 'u1', password_hash: await weakHash() }
    const changed = await hashPassword('changed meanwhile')
    let meanwhile = () => {}
    build({
      find: () => ({ subject: row.id, passwordHash: row.password_hash }),
      save: (subject, passwordHash, replacedHash) => {
        meanwhile()
        // UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?
        if (row.id === subject && row.password_hash === replacedHash) row.password_hash = passwordHash
      },
    })
    expect((await logIn('ada', right)).status).toBe(200)
    expect(row.password_hash).toMatch(/^\$argon2id\$/)
    row.password_hash = await weakHash()
    meanwhile = () => {
      row.password_hash = changed
    }
    expect((await logIn('ada', right)).status).toBe(200)
    expect(row.password_hash).toBe(changed)
    expect((await logIn('ada', right)).status).toBe(422)
    expect((await logIn('ada', 'changed meanwhile')).status).toBe(200)
  })

  describe('when too many passwords wait to be hashed', () => {
    /** Fills the queue, as other people's logins do, until it is told to go on. */
    const crowd = () => {
      let goOn: () => void = () => {}
      const gate = new Promise<void>((resolve) => {
        goOn = resolve
      })
      const jobs = Promise.all(Array.from({ length: 34 }, () => inTurn(() => gate)))
      return async () => {
        goOn()
        await jobs
      }
    }
    const address = '192.0.2.1'

    it('gives back what the attempt has used up of the user and of the address', async () => {
      build({ find })
      const clear = crowd()
      for (let i = 0; i < 100; i++) await expect(logIn('ada', 'wrong', { address })).rejects.toBeInstanceOf(Unavailable)
      await clear()
      expect(hashes).not.toHaveBeenCalled()
      for (let i = 0; i < 5; i++) expect((await logIn('ada', 'wrong', { address })).status).toBe(422)
      expect((await logIn('ada', right, { address })).status).toBe(429)
      for (let i = 0; i < 24; i++) expect((await logIn(`user${i}`, 'wrong', { address })).status).toBe(422)
      expect((await logIn('last', 'wrong', { address })).status).toBe(429)
    })

    it('gives back the only attempt of those who have waited', async () => {
      build({ find })
      for (let i = 0; i < 5; i++) await logIn('ada', 'wrong', { address: '203.0.113.9' })
      expect((await logIn('ada', right, { address })).status).toBe(429)
      server.time += 60_000
      const clear = crowd()
      await expect(logIn('ada', right, { address: '203.0.113.9' })).rejects.toBeInstanceOf(Unavailable)
      await clear()
      await logIn('ada', 'wrong', { address: '203.0.113.9' })
      const again = crowd()
      await expect(logIn('ada', right, { address })).rejects.toBeInstanceOf(Unavailable)
      await again()
      expect((await logIn('ada', right, { address })).status).toBe(200)
    })

    it('gives back nothing when a hook of the app fails, whatever it throws', async () => {
      const failures = [new Error('wrong password'), new Unavailable('away'), new HashQueueFull('full')]
      for (const error of failures) {
        server = services()
        build({ verify: () => Promise.reject(error) })
        for (let i = 0; i < 5; i++) await expect(logIn('ada', 'wrong')).rejects.toBe(error)
        expect((await logIn('ada', 'wrong')).status).toBe(429)
      }
    })

    it('lets the right password in without a stronger hash', async () => {
      const weak = await weakHash()
      const save = vi.fn()
      let clear = async () => {}
      build({
        // The subject is read between the comparison and the new hash.
        find: () => ({
          passwordHash: weak,
          get subject() {
            clear = crowd()
            return 'u1'
          },
        }),
        save,
      })
      expect((await logIn('ada', right)).status).toBe(200)
      await clear()
      expect(save).not.toHaveBeenCalled()
    })

    it('does without giving back where a limiter cannot', async () => {
      const succeed = vi.fn()
      build({ find, limiter: { reserve: async () => 0, succeed } })
      const clear = crowd()
      await expect(logIn('ada', right)).rejects.toBeInstanceOf(Unavailable)
      await clear()
      expect(succeed).not.toHaveBeenCalled()
    })
  })
})

describe('a user name of more than 320 characters', () => {
  const long = 'a'.repeat(321)
  const nasty = '\u0301'.repeat(8191)
  const address = '192.0.2.1'

  it('is refused like a wrong password at the price of one hash, and find is not asked', async () => {
    const find = vi.fn(() => null)
    const save = vi.fn()
    build({ find, save })
    const short = await logIn('a'.repeat(320), 'wrong')
    expect(find).toHaveBeenCalledExactlyOnceWith('a'.repeat(320))
    for (const username of [long, nasty]) {
      hashes.mockClear()
      const page = await logIn(username, 'wrong')
      expect(page.status).toBe(422)
      expect(page.headers).toEqual(short.headers)
      expect(page.body.replace(username, 'a'.repeat(320))).toBe(short.body)
      expect(hashes).toHaveBeenCalledOnce()
    }
    expect(find).toHaveBeenCalledOnce()
    expect(save).not.toHaveBeenCalled()
  })

  it('is not asked about with verify', async () => {
    const asked = vi.fn(() => 'u1')
    build({ verify: asked })
    expect((await logIn(long, right)).status).toBe(422)
    expect(asked).not.toHaveBeenCalled()
    expect((await logIn('a'.repeat(320), right)).status).toBe(200)
  })

  it('counts for the address, and is nobody whom others could be kept from', async () => {
    build({ verify: () => null })
    for (let i = 0; i < 30; i++) expect((await logIn(nasty, 'wrong', { address })).status).toBe(422)
    expect((await logIn(nasty, 'wrong', { address })).status).toBe(429)
    expect(await server.storage.list('counter', {}, { limit: 10 })).toHaveLength(1)
    expect((await logIn(nasty, 'wrong', { address: '192.0.2.2' })).status).toBe(422)
  })

  it('is not shown to a limiter of the app', async () => {
    const names: string[] = []
    const reserve = async ({ username }: { username: string }) => {
      names.push(username)
      return 0
    }
    build({ verify, limiter: { reserve, succeed: async () => {} } })
    await logIn(nasty, 'wrong')
    expect(names).toEqual([''])
  })

  it('holds nobody up: no string is taken apart that is longer', async () => {
    const normalize = vi.spyOn(String.prototype, 'normalize')
    try {
      build({ verify })
      await logIn(nasty, 'wrong', { address })
      await logIn('\u0301'.repeat(320), 'wrong', { address })
      const lengths = normalize.mock.contexts.map((text) => String(text).length)
      expect(Math.max(...lengths)).toBe(320)
    } finally {
      normalize.mockRestore()
    }
  })
})

describe('with verify', () => {
  it('does not ask about a password of more than 1024 bytes', async () => {
    const asked = vi.fn(() => 'u1')
    build({ verify: asked })
    expect((await logIn('ada', 'é'.repeat(513))).status).toBe(422)
    expect(asked).not.toHaveBeenCalled()
  })
})

describe('the contract', () => {
  const need: LoginNeed = {
    returnTo: pending.returnTo,
    reason: 'no_login',
    client: pending.client,
    loginHint: undefined,
    uiLocales: [],
    acrValues: [],
  }

  it('sends whoever must log in to the login page, with the handle of the pending request', async () => {
    const answer = await users.challenge(context(request()), need)
    expect(answer.status).toBe(303)
    expect(header(answer, 'location')).toBe('/oauth/login?pending=req.secret')
  })

  it('ends the session and its cookie, then goes on', async () => {
    const headers = session(await logIn('ada', right))
    const answer = await users.end?.(context(request({ headers })), `${issuer}/bye`)
    expect(answer && header(answer, 'location')).toBe(`${issuer}/bye`)
    expect(answer && header(answer, 'set-cookie')).toContain('Max-Age=0')
    expect(await whoIs(headers)).toBeNull()
  })

  it('ends all sessions of a user', async () => {
    const browsers = [session(await logIn('ada', right)), session(await logIn('ada', right))]
    await users.endAll('u1')
    for (const headers of browsers) expect(await whoIs(headers)).toBeNull()
  })

  it('keeps to the lifetimes that the options set, in seconds', async () => {
    build({ verify, sessionIdleLifetime: 100, sessionLifetime: 150 })
    const headers = session(await logIn('ada', right))
    server.time += 99_000
    expect(await whoIs(headers)).not.toBeNull()
    server.time += 51_000
    expect(await whoIs(headers)).toBeNull()
    const idle = session(await logIn('ada', right))
    server.time += 100_000
    expect(await whoIs(idle)).toBeNull()
  })

  it('gives the claims of the app', async () => {
    build({ verify, claims: (subject) => (subject === 'u1' ? { name: 'Ada' } : null) })
    const about = { client_id: 'notes', scope: [], for: 'access_token' as const, resource: 'https://api.example' }
    expect(await users.claims?.('u1', about)).toEqual({ name: 'Ada' })
    expect(await users.claims?.('gone', about)).toBeNull()
  })
})

describe('options', () => {
  const nobody = () => null

  it.each([
    [{}, 'find'],
    [{ verify, find: nobody }, 'either'],
    [{ verify, save: () => undefined }, 'either'],
    [{ find: nobody, save: true }, 'save'],
    [{ verify, sessionIdleLifetime: 0 }, 'sessionIdleLifetime'],
    [{ verify, sessionLifetime: '1h' }, 'sessionLifetime'],
    [{ verify, claims: {} }, 'claims'],
    [{ verify, veryfy: verify }, 'veryfy'],
  ])('that are wrong are told at construction (%#)', (options, name) => {
    expect(() => passwordLogin(options as never)).toThrow(TypeError)
    expect(() => passwordLogin(options as never)).toThrow(name)
  })
})

describe('links to the app’s own pages', () => {
  it('are on the login page, also after a wrong password', async () => {
    build({ verify, forgotPasswordUrl: '/forgot', signUpUrl: 'https://app.example/join' })
    for (const page of [await show(), await logIn('ada', 'wrong')]) {
      const back = `?return_to=${encodeURIComponent(pending.returnTo)}`
      expect(page.body).toContain(`href="/forgot${back}"`)
      expect(page.body).toContain(`href="https://app.example/join${back}"`)
    }
  })

  it.each(['javascript:alert(1)', 'forgot', '//evil.example', '/a b', '', 7])('are refused as %j', (url) => {
    for (const name of ['forgotPasswordUrl', 'signUpUrl']) {
      expect(() => passwordLogin({ verify, [name]: url } as PasswordLoginOptions)).toThrow(
        `passwordLogin: ${name} is not`,
      )
    }
  })
})

describe('a limiter of the app', () => {
  it('is asked before the password is looked at, and told of success', async () => {
    const asked: unknown[] = []
    const tried: string[] = []
    let wait = 0
    build({
      verify: (username, password) => {
        tried.push(username)
        return verify(username, password)
      },
      limiter: {
        reserve: async (attempt) => {
          asked.push(['reserve', attempt])
          return wait
        },
        succeed: async (attempt) => void asked.push(['succeed', attempt]),
      },
    })
    const attempt = { username: 'ada', address: '192.0.2.1' }
    await logIn('ada', right, { address: '192.0.2.1' })
    expect(asked).toEqual([
      ['reserve', attempt],
      ['succeed', attempt],
    ])
    wait = 7
    const page = await logIn('ada', right, { address: '192.0.2.1' })
    expect([page.status, header(page, 'retry-after')]).toEqual([429, '7'])
    expect(header(page, 'set-cookie')).toBeUndefined()
    expect(tried).toEqual(['ada'])
    expect(await server.storage.list('counter', {}, { limit: 10 })).toEqual([])
  })

  it('is told when nobody looked at the password, with the very object that it counted', async () => {
    const given: unknown[] = []
    const counted: unknown[] = []
    build({
      find: () => null,
      limiter: {
        reserve: async (attempt) => {
          counted.push(attempt)
          return 0
        },
        succeed: async () => {},
        giveBack: async (attempt) => void given.push(attempt),
      },
    })
    await logIn('ada', 'wrong')
    expect(given).toEqual([])
    let goOn: () => void = () => {}
    const gate = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const jobs = Array.from({ length: 34 }, () => inTurn(() => gate))
    await expect(logIn('ada', 'wrong')).rejects.toBeInstanceOf(Unavailable)
    goOn()
    await Promise.all(jobs)
    expect(given).toHaveLength(1)
    expect(given[0]).toBe(counted[1])
  })

  it.each([null, {}, { reserve: async () => 0 }, 5])('is refused as %j', (limiter) => {
    expect(() => passwordLogin({ verify, limiter: limiter as never })).toThrow('limiter must have the functions')
  })

  it('is refused with something else than a function to give back', () => {
    const limiter = { reserve: async () => 0, succeed: async () => {}, giveBack: true }
    expect(() => passwordLogin({ verify, limiter: limiter as never })).toThrow('limiter.giveBack must be a function')
  })
})

describe('a login for a page of this server', () => {
  it('names no client', async () => {
    server.pendingLogin = async () => ({ ...pending, client: null })
    build({ verify })
    const page = await show()
    expect(page.body).not.toContain('to continue to')
    expect(header(page, 'content-security-policy')).toContain("form-action 'self';")
  })
})
