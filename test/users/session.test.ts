import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Unavailable } from '../../src/edge/errors.js'
import type { HttpRequest } from '../../src/edge/message.js'
import { type Sessions, sessionsIn } from '../../src/users/session.js'
import { cookieOf, type Fixture, request, services, stored } from './fixture.js'

const HOUR = 3_600_000
const lifetimes = { idle: HOUR, absolute: 12 * HOUR }
const ada = { subject: 'ada', displayName: 'Ada', amr: ['pwd'] }
const bob = { subject: 'bob', displayName: 'Bob', amr: ['pwd'] }

let server: Fixture
let sessions: Sessions

beforeEach(() => {
  server = services()
  sessions = sessionsIn(server, lifetimes)
})

const browser = (setCookie: readonly [string, string]): HttpRequest =>
  request({ headers: { cookie: cookieOf(setCookie[1]) } })

describe('a session', () => {
  it('says who logged in, when and how', async () => {
    const visit = browser(await sessions.start(request(), ada))
    expect(await sessions.current(visit)).toMatchObject({ ...ada, authenticatedAt: server.time })
  })

  it('is kept as a digest: neither the store nor its public id holds the secret of the cookie', async () => {
    const [, setCookie] = await sessions.start(request(), ada)
    const secret = cookieOf(setCookie).split('=')[1] ?? ''
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(await stored(server.storage, 'ada')).not.toContain(secret)
  })

  it('lives in a __Host- cookie that scripts cannot read', async () => {
    const [, setCookie] = await sessions.start(request(), ada)
    expect(setCookie).toMatch(/^__Host-gw-[\w-]{12}-session=/)
    for (const attribute of ['Path=/', 'HttpOnly', 'SameSite=Lax', 'Secure']) expect(setCookie).toContain(attribute)
  })

  it('is replaced at the next login in the same browser', async () => {
    const before = browser(await sessions.start(request(), ada))
    const after = browser(await sessions.start(before, bob))
    expect(await sessions.current(before)).toBeNull()
    expect(await sessions.current(after)).toMatchObject({ subject: 'bob' })
  })

  it('cannot be planted: a cookie that no login gave is nobody, before and after a login', async () => {
    const planted = request({ headers: { cookie: `__Host-gw-x-session=${'A'.repeat(43)}` } })
    expect(await sessions.current(planted)).toBeNull()
    const after = await sessions.start(planted, ada)
    expect(after[1]).not.toContain('A'.repeat(43))
    expect(await sessions.current(planted)).toBeNull()
  })

  it('ends after the idle lifetime', async () => {
    const visit = browser(await sessions.start(request(), ada))
    server.time += HOUR - 1
    expect(await sessions.current(visit)).not.toBeNull()
    server.time += HOUR
    expect(await sessions.current(visit)).toBeNull()
  })

  it('is prolonged by visits, up to the absolute lifetime', async () => {
    const visit = browser(await sessions.start(request(), ada))
    for (let half = 1; half < 24; half++) {
      server.time += HOUR / 2
      expect(await sessions.current(visit)).not.toBeNull()
    }
    server.time += HOUR / 2
    expect(await sessions.current(visit)).toBeNull()
  })

  it('is written only for a visit more than 1/24 of the idle lifetime after the last one written', async () => {
    const visit = browser(await sessions.start(request(), ada))
    const replace = vi.spyOn(server.storage, 'replace')
    server.time += HOUR / 24
    await sessions.current(visit)
    expect(replace).not.toHaveBeenCalled()
    server.time += 1
    await sessions.current(visit)
    expect(replace).toHaveBeenCalledOnce()
  })

  it('outlives a touch that is lost, and a store that cannot write', async () => {
    const visit = browser(await sessions.start(request(), ada))
    server.time += HOUR / 2
    const [one, two] = await Promise.all([sessions.current(visit), sessions.current(visit)])
    expect([one?.subject, two?.subject]).toEqual(['ada', 'ada'])
    server.time += HOUR / 2
    const replace = vi.spyOn(server.storage, 'replace').mockRejectedValue(new Unavailable('read only'))
    expect(await sessions.current(visit)).toMatchObject({ subject: 'ada' })
    expect(replace).toHaveBeenCalledOnce()
  })

  it('tells the store when it may be deleted', async () => {
    await sessions.start(request(), ada)
    const [record] = await server.storage.list('session', { subject: 'ada' }, { limit: 10 })
    expect(record?.expiresAt).toBe(server.time + HOUR)
  })

  it('is gone from the server after logging out, and the cookie is cleared', async () => {
    const visit = browser(await sessions.start(request(), ada))
    const [, cleared] = await sessions.end(visit)
    expect(cleared).toContain('Max-Age=0')
    expect(await sessions.current(visit)).toBeNull()
    expect(await stored(server.storage, 'ada')).toBe('[]')
  })

  it('is nobody at another issuer that shares the store', async () => {
    const other = sessionsIn(services(server.storage, 'https://other.example'), lifetimes)
    const [, setCookie] = await sessions.start(request(), ada)
    const secret = cookieOf(setCookie).split('=')[1] ?? ''
    const [, theirs] = await other.start(request(), ada)
    const name = cookieOf(theirs).split('=')[0]
    expect(await other.current(request({ headers: { cookie: `${name}=${secret}` } }))).toBeNull()
  })
})

describe('endAll', () => {
  it('ends every session of the user, however many pages they fill, and nobody else', async () => {
    const visits: HttpRequest[] = []
    for (let i = 0; i < 230; i++) visits.push(browser(await sessions.start(request(), ada)))
    const theirs = browser(await sessions.start(request(), bob))
    await sessions.endAll('ada')
    for (const visit of visits) expect(await sessions.current(visit)).toBeNull()
    expect(await sessions.current(theirs)).not.toBeNull()
  })

  it('goes on when a listing lags behind', async () => {
    const early = browser(await sessions.start(request(), ada))
    const late = browser(await sessions.start(request(), ada))
    const list = server.storage.list.bind(server.storage)
    const lagging = vi.spyOn(server.storage, 'list')
    lagging.mockImplementationOnce(async (...query) => (await list(...query)).slice(0, 1))
    await sessions.endAll('ada')
    expect(await sessions.current(early)).toBeNull()
    expect(await sessions.current(late)).toBeNull()
  })

  it('leaves the sessions at another issuer that shares the store', async () => {
    const other = sessionsIn(services(server.storage, 'https://other.example'), lifetimes)
    const theirs = browser(await other.start(request(), ada))
    await sessions.endAll('ada')
    expect(await other.current(theirs)).not.toBeNull()
  })
})
