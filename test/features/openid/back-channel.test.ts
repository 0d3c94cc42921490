/**
 * Clients learn that somebody has logged out, server to server: which, when, with what, and what happens when they do not answer.
 *
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html OpenID Connect Back-Channel Logout 1.0}
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { createAuthorizationServer } from '../../../src/server.js'
import type { Storage } from '../../../src/storage/contract.js'
import { memoryStorage } from '../../../src/storage/memory.js'
import { type Browser, CALLBACK, formFields, type Harness, ISSUER, obtainCode, START } from '../../support/harness.js'
import { type Leaving, leaving, leavingProvider, NEWS, other, type Told } from './logging-out.js'
import { idTokenOf, metadata, provider, signIn } from './sign-in.js'

const shop = {
  client_id: 'spa',
  token_endpoint_auth_method: 'none',
  redirect_uris: [CALLBACK],
  backchannel_logout_uri: 'https://shop.example.com/news',
}

async function logOut(h: Harness, browser: Browser, where = 'here'): Promise<void> {
  const html = await (await browser.get('/oauth/end-session')).text()
  const answer = await browser.post('/oauth/end-session', { ...formFields(html), where })
  if (answer.status !== 303) throw new Error(`not logged out: ${answer.status}`)
  // What has begun by itself is over afterwards.
  await h.server.deliver()
}

async function logoutTokenIn(h: Harness, told: Told | undefined, audience = 'web') {
  const keys = (await (await h.server.fetch(new Request(`${ISSUER}/oauth/jwks`))).json()) as never
  const options = { issuer: ISSUER, audience, typ: 'logout+jwt', currentDate: new Date(h.now) }
  return jwtVerify(told?.form.get('logout_token') ?? '', createLocalJWKSet(keys), options)
}

const outcomes = (h: Harness) =>
  h.events.flatMap((event) => (event.type === 'client_logged_out' ? [event.outcome] : []))

/** The records of logins at clients. */
async function noted(h: Harness): Promise<{ status: string; clientId: string }[]> {
  const records = await h.storage.list('pointer', {}, { limit: 10_000 })
  return records.map(({ document }) => (JSON.parse(document) as { d: { status: string; clientId: string } }).d)
}

describe('a logout', () => {
  it('is told to the client with a logout token of that session', async () => {
    const { h, told } = leavingProvider()
    const browser = h.browser()
    const { sid } = await idTokenOf(h, await signIn(h, {}, browser))
    await logOut(h, browser)
    expect(told.map(({ url }) => url)).toEqual([NEWS])
    expect(told[0]?.init).toMatchObject({
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    const { payload, protectedHeader } = await logoutTokenIn(h, told[0])
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'logout+jwt' })
    expect(payload).toEqual({
      iss: ISSUER,
      aud: 'web',
      sub: 'alice',
      sid,
      iat: START / 1000,
      exp: START / 1000 + 120,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
    expect(outcomes(h)).toEqual(['told'])
    await h.server.deliver()
    expect(told).toHaveLength(1)
  })

  it('is told to every client of the browser, and to none of another browser of the person', async () => {
    const { h, told } = leavingProvider({ clients: [leaving, shop, other] })
    const [here, there] = [h.browser(), h.browser()]
    await signIn(h, {}, here)
    await obtainCode(h, { client_id: 'spa', scope: 'openid' }, here)
    h.login = { subject: 'alice', authenticatedAt: START - 60_000, sessionId: 's2' }
    await signIn(h, {}, there)
    h.login = { subject: 'alice', authenticatedAt: START - 60_000, sessionId: 's1' }
    await logOut(h, here)
    expect(told.map(({ url }) => url).sort()).toEqual([NEWS, shop.backchannel_logout_uri])
  })

  it('is told for what the browser began before somebody logged in anew', async () => {
    const { h, told } = leavingProvider()
    const browser = h.browser()
    const before = await idTokenOf(h, await signIn(h, {}, browser))
    h.login = { subject: 'alice', authenticatedAt: START, sessionId: 's2' }
    const after = await idTokenOf(h, await signIn(h, {}, browser))
    await logOut(h, browser)
    const sids = await Promise.all(told.map(async (one) => (await logoutTokenIn(h, one)).payload.sid))
    expect(sids.sort()).toEqual([before.sid, after.sid].sort())
  })

  it('is told for the session of the app, though the browser has forgotten its cookie', async () => {
    const { h, told } = leavingProvider()
    await signIn(h, {}, h.browser())
    await logOut(h, h.browser())
    expect(told).toHaveLength(1)
  })

  it('of an app without session ids is told to the browser', async () => {
    const { h, told } = leavingProvider()
    h.login = { subject: 'alice', authenticatedAt: START - 60_000 }
    const [here, there] = [h.browser(), h.browser()]
    await signIn(h, {}, there)
    await signIn(h, {}, here)
    await logOut(h, here)
    expect(told).toHaveLength(1)
  })

  it('everywhere, or by the app, is told for every browser, and for nobody else', async () => {
    for (const end of [
      (h: Harness, browser: Browser) => logOut(h, browser, 'everywhere'),
      async (h: Harness) => {
        await h.server.users.signOut('alice')
        await h.server.deliver()
      },
    ]) {
      const { h, told } = leavingProvider()
      h.login = { subject: 'bob', sessionId: 's0' }
      await signIn(h)
      for (const sessionId of ['s1', 's2', 's3']) {
        h.login = { subject: 'alice', sessionId }
        await signIn(h)
      }
      await end(h, h.browser())
      expect(told).toHaveLength(3)
      for (const one of told) expect((await logoutTokenIn(h, one)).payload.sub).toBe('alice')
    }
  })

  it('is signed with what the client wants its ID tokens signed with', async () => {
    const { h, told } = leavingProvider({ clients: [{ ...leaving, id_token_signed_response_alg: 'ES256' }, other] })
    const browser = h.browser()
    await signIn(h, {}, browser)
    await logOut(h, browser)
    expect((await logoutTokenIn(h, told[0])).protectedHeader.alg).toBe('ES256')
  })

  it('costs nothing where no client wants to know', async () => {
    const { h, told } = leavingProvider({ clients: [{ ...leaving, backchannel_logout_uri: undefined }, other] })
    const browser = h.browser()
    expect(await idTokenOf(h, await signIn(h, {}, browser))).toHaveProperty('sid')
    expect(await noted(h)).toEqual([])
    await logOut(h, browser)
    expect(told).toEqual([])
  })

  it('is noted once for many logins in the same session', async () => {
    const { h } = leavingProvider()
    const browser = h.browser()
    await signIn(h, {}, browser)
    const before = await h.storage.list('pointer', {}, { limit: 10 })
    await signIn(h, {}, browser)
    expect(await h.storage.list('pointer', {}, { limit: 10 })).toEqual(before)
  })

  it('waits for nobody: a client that never answers does not keep the person', async () => {
    const leaver = leavingProvider()
    const { h } = leaver
    let given = (_: Response) => {}
    leaver.answer = () => new Promise((resolve) => (given = resolve))
    const browser = h.browser()
    await signIn(h, {}, browser)
    const html = await (await browser.get('/oauth/end-session')).text()
    expect((await browser.post('/oauth/end-session', { ...formFields(html), where: 'here' })).status).toBe(303)
    expect(h.login).toBeNull()
    given(new Response(null))
    await h.server.close()
  })

  it('is not carried out where it cannot be written down, so that the person can try again', async () => {
    const storage = memoryStorage()
    let isAway = false
    const failing: Storage = {
      ...storage,
      list: (...all) => (isAway && all[0] === 'pointer' ? Promise.reject(new Error('away')) : storage.list(...all)),
    }
    const { h, told } = leavingProvider({ storage: failing })
    const browser = h.browser()
    await signIn(h, {}, browser)
    const form = { ...formFields(await (await browser.get('/oauth/end-session')).text()), where: 'here' }
    isAway = true
    expect((await browser.post('/oauth/end-session', form)).status).toBe(503)
    expect(h.login).not.toBeNull()
    isAway = false
    expect((await browser.post('/oauth/end-session', form)).status).toBe(303)
    await h.server.deliver()
    expect(told).toHaveLength(1)
  })
})

describe('a client that cannot be told', () => {
  async function failing(answer: Leaving['answer']): Promise<Leaving> {
    const leaver = leavingProvider()
    leaver.answer = answer
    const browser = leaver.h.browser()
    await signIn(leaver.h, {}, browser)
    await logOut(leaver.h, browser)
    return leaver
  }

  it('is tried again, ever more seldom, for a day', async () => {
    const { h, told } = await failing(async () => new Response(null, { status: 503 }))
    const tries = [0]
    for (let second = 0; second <= 2 * 86_400; second += 5) {
      h.now = START + second * 1000
      const before = told.length
      if (second > 0) await h.server.deliver()
      if (told.length > before) tries.push(second)
    }
    expect(tries.slice(0, 7)).toEqual([0, 10, 70, 370, 1270, 4870, 15_670])
    expect(tries.at(-1)).toBeLessThan(86_400)
    expect(outcomes(h).slice(-2)).toEqual(['failed', 'given_up'])
    expect(h.events.find((event) => event.type === 'client_logged_out')).toMatchObject({
      clientId: 'web',
      subject: 'alice',
      outcome: 'failed',
      hint: `${NEWS} was told without success (try 1): the answer has the status 503.`,
    })
  })

  it('is told as soon as it answers, with a new token', async () => {
    const { h, told, ...rest } = await failing(async () => Promise.reject(new Error('no route')))
    expect(rest).toBeDefined()
    h.now += 10_000
    await h.server.deliver()
    const jtis = await Promise.all(told.map(async (one) => (await logoutTokenIn(h, one)).payload.jti))
    expect(new Set(jtis).size).toBe(2)
  })

  it.each([204, 200])('has been told when it answers %i', async (status) => {
    const { h } = await failing(async () => new Response(null, { status }))
    expect(outcomes(h)).toEqual(['told'])
  })

  it.each([302, 400, 404, 501])('has not been told when it answers %i', async (status) => {
    const { h } = await failing(
      async () => new Response(null, { status, headers: { location: 'https://elsewhere.example' } }),
    )
    expect(outcomes(h)).toEqual(['failed'])
  })

  it('is left alone when the person has logged in there again meanwhile, for that is a session of its own', async () => {
    const { h, told } = await failing(async () => new Response(null, { status: 503 }))
    h.login = { subject: 'alice', authenticatedAt: START - 60_000, sessionId: 's1' }
    await signIn(h)
    h.now += 60_000
    await h.server.deliver()
    expect(told).toHaveLength(1)
    expect((await noted(h)).map(({ status }) => status)).toEqual(['open'])
  })

  it('keeps no other client waiting', async () => {
    const leaver = leavingProvider({ clients: [leaving, shop] })
    const { h, told } = leaver
    leaver.answer = async (url) => new Response(null, { status: url === NEWS ? 500 : 200 })
    for (let i = 0; i < 20; i++) {
      h.login = { subject: 'alice', sessionId: `s${i}` }
      await signIn(h)
    }
    await obtainCode(h, { client_id: 'spa', scope: 'openid' })
    await h.server.users.signOut('alice')
    await h.server.deliver()
    const of = (wanted: string) => told.filter(({ url }) => url === wanted).length
    expect(of(shop.backchannel_logout_uri)).toBe(1)
    // One for each look: at once, and when somebody asked for it.
    expect(of(NEWS)).toBeLessThanOrEqual(2)
  })

  it('keeps no other client waiting whose host it names as its own', async () => {
    const dead = { ...shop, backchannel_logout_uri: 'https://app.example.com/nobody' }
    const leaver = leavingProvider({ clients: [leaving, dead] })
    const { h, told } = leaver
    leaver.answer = async (url) => new Response(null, { status: url === NEWS ? 200 : 404 })
    for (let i = 0; i < 20; i++) {
      h.login = { subject: 'mallory', sessionId: `s${i}` }
      await obtainCode(h, { client_id: 'spa', scope: 'openid' })
    }
    h.login = { subject: 'alice', sessionId: 'a' }
    await signIn(h)
    await h.server.close()
    await h.server.users.signOut('mallory')
    await h.server.users.signOut('alice')
    await h.server.deliver()
    expect(told.map(({ url }) => url).sort()).toEqual([NEWS, dead.backchannel_logout_uri])
  })

  it('keeps no other client waiting when no logout token can be made for it', async () => {
    const { h } = leavingProvider({ clients: [leaving] })
    const { client_id } = (
      await h.server.clients.create({
        ...{ redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES256' },
        backchannel_logout_uri: shop.backchannel_logout_uri,
      })
    ).client
    await signIn(h)
    await obtainCode(h, { client_id, scope: 'openid' })
    await h.server.close()
    await h.server.users.signOut('alice')
    const told: string[] = []
    const fetch = async (url: string) => {
      told.push(url)
      return new Response(null)
    }
    // It was registered for an algorithm that is offered no more.
    const now = provider({ storage: h.storage, clients: [leaving] }, { algorithms: ['RS256'], documents: { fetch } })
    await now.server.deliver()
    expect(told).toEqual([NEWS])
    expect(outcomes(now).sort()).toEqual(['failed', 'told'])
  })

  it('is not told what nobody wants any more', async () => {
    const { h, told } = await failing(async () => new Response(null, { status: 503 }))
    const without = leavingProvider({
      storage: h.storage,
      clients: [{ ...leaving, backchannel_logout_uri: undefined }],
    })
    without.h.now = START + 60_000
    await without.h.server.deliver()
    expect([...told, ...without.told]).toHaveLength(1)
    expect((await noted(h)).filter(({ status }) => status === 'owed')).toEqual([])
  })

  it('is given up before the thousand-and-first, and the client that is owed the most is the one that loses', async () => {
    const leaver = leavingProvider({ clients: [leaving, shop] })
    const { h } = leaver
    leaver.answer = async () => new Response(null, { status: 500 })
    h.login = { subject: 'bob', sessionId: 'b' }
    await obtainCode(h, { client_id: 'spa', scope: 'openid' })
    await h.server.users.signOut('bob')
    const [record] = await h.storage.list('pointer', {}, { limit: 10 })
    if (!record) throw new Error('nothing is owed')
    const { v, d } = JSON.parse(record.document) as { v: number; d: Record<string, unknown> }
    for (let i = 0; i < 1_005; i++) {
      const id = `dead-${String(i).padStart(4, '0')}`
      const document = JSON.stringify({ v, d: { ...d, id, clientId: 'web', since: START + i, dueAt: START } })
      await h.storage.insert('pointer', { ...record, id, document, version: `v${String(i).padStart(15, '0')}` }, h.now)
    }
    await h.server.deliver()
    const owed = (await noted(h)).filter(({ status }) => status === 'owed')
    expect(owed).toHaveLength(1_000)
    expect(owed.filter(({ clientId }) => clientId === 'spa')).toHaveLength(1)
    expect(outcomes(h).filter((outcome) => outcome === 'given_up')).toHaveLength(6)
  })
})

describe('several instances', () => {
  it('tell a client once', async () => {
    const { h, told } = leavingProvider()
    const more = [1, 2, 3].map(() => leavingProvider({ storage: h.storage }))
    await signIn(h)
    // Written down by one that is gone before it has told anybody.
    const { storage } = h
    const dying = leavingProvider({ storage })
    dying.answer = () => new Promise(() => {})
    await dying.h.server.close()
    await dying.h.server.users.signOut('alice')
    await Promise.all([h, ...more.map((one) => one.h)].map((one) => one.server.deliver()))
    expect([told, ...more.map((one) => one.told)].flat()).toHaveLength(1)
  })

  it('tell a client once, also one that has looked before another claimed it', async () => {
    const slow = leavingProvider()
    slow.answer = () => new Promise(() => {})
    await signIn(slow.h)
    await slow.h.server.close()
    await slow.h.server.users.signOut('alice')
    const pointers = await slow.h.storage.list('pointer', {}, { limit: 10 })
    const late: Storage = {
      ...slow.h.storage,
      list: async (kind, ...all) => (kind === 'pointer' ? pointers : slow.h.storage.list(kind, ...all)),
    }
    const quick = leavingProvider({ storage: slow.h.storage })
    quick.answer = slow.answer
    const telling = quick.h.server.deliver()
    while (quick.told.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const { h, told } = leavingProvider({ storage: late })
    await h.server.deliver()
    expect(told).toEqual([])
    telling.catch(() => {})
  })

  it('take over what one has claimed and not told', async () => {
    const dying = leavingProvider()
    dying.answer = () => new Promise(() => {})
    await signIn(dying.h)
    await dying.h.server.users.signOut('alice')
    while (dying.told.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const { h, told } = leavingProvider({ storage: dying.h.storage })
    await h.server.deliver()
    expect(told).toHaveLength(0)
    h.now += 30_000
    await h.server.deliver()
    expect(told).toHaveLength(1)
  })

  it('begin by themselves, with their first request, with what an earlier one has left', async () => {
    const gone = leavingProvider()
    await signIn(gone.h)
    await gone.h.server.close()
    await gone.h.server.users.signOut('alice')
    expect(gone.told).toEqual([])
    const { h, told } = leavingProvider({ storage: gone.h.storage })
    await metadata(h)
    while (told.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await h.server.close()
    expect(outcomes(h)).toEqual(['told'])
  })
})

describe('the way to a client', () => {
  it('is a real one: a form over HTTP to an origin that the operator has allowed', async () => {
    const bodies: string[] = []
    const listening = createServer((request, response) => {
      let body = `${request.method} ${request.url} ${request.headers['content-type']} `
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        bodies.push(body)
        response.writeHead(200, { 'cache-control': 'no-store' }).end('{"ignored":true}')
      })
    })
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
    const client = { ...leaving, backchannel_logout_uri: `${origin}/news?for=me` }
    const h = provider({ clients: [client] }, { documents: { allowOrigins: [origin] } })
    await signIn(h)
    await h.server.users.signOut('alice')
    await h.server.deliver()
    await h.server.close()
    listening.close()
    expect(bodies).toEqual([
      expect.stringMatching(/^POST \/news\?for=me application\/x-www-form-urlencoded logout_token=[\w.-]+$/),
    ])
    expect(outcomes(h)).toEqual(['told'])
  })

  it.each([
    'http://app.example.com/news',
    'https://app.example.com:8443/news',
    'https://127.0.0.1/news',
    'https://10.0.0.1/news',
    'https://localhost/news',
    'https://[::1]/news',
    'https://user@app.example.com/news',
    'https://app.example.com/news#here',
    'ftp://app.example.com/news',
    '/news',
  ])('cannot be registered to lead to %s', (backchannel_logout_uri) => {
    expect(() => provider({ clients: [{ ...leaving, backchannel_logout_uri }] })).toThrow(
      /backchannel_logout_uri must be a URL that may be called from here/,
    )
  })

  it('does not lead inward when the name does', async () => {
    // Registered when that was a public name; the guard looks at the address of each call.
    const client = { ...leaving, backchannel_logout_uri: 'https://localtest.invalid/news' }
    const h = provider({ clients: [client] })
    await signIn(h)
    await h.server.users.signOut('alice')
    await h.server.deliver()
    await h.server.close()
    expect(outcomes(h)[0]).toBe('failed')
  })

  it('is not there, and nothing promises it, where documents are switched off', async () => {
    const h = provider({}, { documents: false })
    expect(await metadata(h)).not.toHaveProperty('backchannel_logout_supported')
    expect(() => provider({ clients: [leaving] }, { documents: false })).toThrow(/backchannel_logout_uri/)
  })
})

it('is promised by the metadata', async () => {
  expect(await metadata(leavingProvider().h)).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  })
})

it('says nothing of a server without OpenID Connect', async () => {
  const server = createAuthorizationServer({
    issuer: ISSUER,
    storage: memoryStorage(),
    secret: 'a secret of at least thirty-two bytes, for tests only',
    users: { current: async () => null, challenge: async () => ({ status: 303, headers: [], body: '' }) },
    resources: { 'https://api.example.com': { scopes: { read: 'Read' } } },
  })
  await server.deliver()
  expect((await server.fetch(new Request(`${ISSUER}/oauth/end-session`))).status).toBe(404)
})
