import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../src/edge/message.js'
import type { LoginNeed } from '../../src/users/contract.js'
import { externalLogin } from '../../src/users/external.js'
import { context, header, pending, request } from './fixture.js'

const nobody = () => null
const visit = context(request())
const need: LoginNeed = {
  returnTo: pending.returnTo,
  reason: 'no_login',
  client: pending.client,
  loginHint: undefined,
  uiLocales: [],
  acrValues: [],
}
const found = (value: unknown) => externalLogin({ current: () => value as never, loginUrl: '/login' }).current(visit)
const location = async (loginUrl: string | ((need: LoginNeed) => string), more: Partial<LoginNeed> = {}) => {
  const users = externalLogin({ current: () => null, loginUrl })
  return header(await users.challenge(visit, { ...need, ...more }), 'location')
}
const returnTo = encodeURIComponent(pending.returnTo)

describe('current', () => {
  it('gives what the app says, at once or later', async () => {
    const login = { subject: 'u1', sessionId: 's1', authenticatedAt: Date.UTC(2026, 0, 1), amr: ['pwd'] }
    expect(await found(login)).toEqual(login)
    expect(await found(Promise.resolve(login))).toEqual(login)
  })

  it('takes the mere id of the user', async () => {
    expect(await found('u1')).toEqual({ subject: 'u1' })
  })

  it('is null when the app knows nobody', async () => {
    expect(await found(null)).toBeNull()
    expect(await found(undefined)).toBeNull()
  })

  it('passes on a response of the app', async () => {
    const response: HttpResponse = { status: 302, headers: [['location', '/handshake']], body: '' }
    expect(await found(response)).toBe(response)
  })

  it.each([
    [{ subject: 42 }, 'String(user.id)'],
    [42, 'String(user.id)'],
    [{ subject: { id: 'u1' } }, 'String(user.id)'],
    [{ user: 'u1' }, 'missing'],
    [{ subject: '' }, 'Return null when nobody'],
    ['', 'Return null when nobody'],
    [{ subject: 'x'.repeat(256) }, '255'],
    [{ subject: 'a\nb' }, 'control'],
    [{ subject: 'u1', sessionId: 5 }, 'sessionId'],
    [{ subject: 'u1', authenticatedAt: 1_767_225_600 }, 'milliseconds'],
    [{ subject: 'u1', authenticatedAt: new Date() }, 'milliseconds'],
    [new Response('x'), 'missing'],
  ])('refuses %j with a message that helps', async (value, message) => {
    await expect(found(value)).rejects.toThrow(message)
  })
})

describe('challenge', () => {
  it('sends the browser to the login page with the way back', async () => {
    const users = externalLogin({ current: () => null, loginUrl: '/login' })
    expect((await users.challenge(visit, need)).status).toBe(303)
    expect(await location('/login')).toBe(`/login?return_to=${returnTo}`)
  })

  it.each([
    ['/login?tab=1', `/login?tab=1&return_to=${returnTo}`],
    ['/login?', `/login?return_to=${returnTo}`],
    ['/app#/login', `/app?return_to=${returnTo}#/login`],
    ['https://app.example/in?a=b#c', `https://app.example/in?a=b&return_to=${returnTo}#c`],
  ])('keeps query and fragment of %s', async (loginUrl, expected) => {
    expect(await location(loginUrl)).toBe(expected)
  })

  it('says why somebody who may be logged in must log in again, and passes the hint on', async () => {
    expect(await location('/login', { reason: 'fresh', loginHint: 'a&b' })).toBe(
      `/login?return_to=${returnTo}&reason=fresh&login_hint=a%26b`,
    )
  })

  it('takes the URL of a function as it is', async () => {
    const url = (asked: LoginNeed) => `/sign-in?next=${encodeURIComponent(asked.returnTo)}`
    expect(await location(url)).toBe(`/sign-in?next=${returnTo}`)
  })

  it('refuses a function that gives no URL', async () => {
    await expect(location(() => 'login')).rejects.toThrow('loginUrl')
    await expect(location(() => '//evil.example')).rejects.toThrow('loginUrl')
  })
})

describe('options', () => {
  it('claims, end and endAll are there only when the app gives them', async () => {
    const bare = externalLogin({ current: () => null, loginUrl: '/login' })
    expect(Object.keys(bare)).toEqual(['current', 'challenge'])
    const none = { claims: undefined, end: undefined, endAll: undefined }
    expect(Object.keys(externalLogin({ current: () => null, loginUrl: '/login', ...none }))).toEqual(Object.keys(bare))
    const full = externalLogin({
      current: () => null,
      loginUrl: '/login',
      claims: (subject) => ({ name: subject }),
      end: (_, back) => ({ status: 303, headers: [['location', back]], body: '' }),
    })
    expect(await full.claims?.('u1', { client_id: 'c', scope: [], for: 'access_token', resource: 'r' })).toEqual({
      name: 'u1',
    })
    expect(header((await full.end?.(visit, '/bye')) ?? { status: 0, headers: [], body: '' }, 'location')).toBe('/bye')
  })

  it('endAll hears whose sessions to end, is waited for, and may return what it likes', async () => {
    const ended: string[] = []
    const slow = async (subject: string) => {
      await new Promise((done) => setImmediate(done))
      return ended.push(subject)
    }
    await externalLogin({ current: () => null, loginUrl: '/login', endAll: slow }).endAll?.('u1')
    expect(ended).toEqual(['u1'])
    const atOnce = externalLogin({ current: () => null, loginUrl: '/login', endAll: (subject) => ended.push(subject) })
    expect(await atOnce.endAll?.('u2')).toBeUndefined()
    expect(ended).toEqual(['u1', 'u2'])
  })

  it('endAll that fails is a rejected promise, however it fails', async () => {
    const broken = () => {
      throw new Error('the database is away')
    }
    const users = externalLogin({ current: () => null, loginUrl: '/login', endAll: broken })
    await expect(users.endAll?.('u1')).rejects.toThrow('the database is away')
  })

  it.each([
    [{ loginUrl: '/login' }, 'current'],
    [{ current: nobody }, 'loginUrl'],
    [{ current: nobody, loginUrl: 'login' }, 'loginUrl'],
    [{ current: nobody, loginUrl: 'javascript:alert(1)' }, 'loginUrl'],
    [{ current: nobody, loginUrl: '//evil.example' }, 'loginUrl'],
    [{ current: nobody, loginUrl: '/login', claims: {} }, 'claims'],
    [{ current: nobody, loginUrl: '/login', end: '/logout' }, 'end must be a function'],
    [{ current: nobody, loginUrl: '/login', endAll: true }, 'endAll must be a function'],
    [{ current: nobody, loginUrl: '/login', loginURL: '/x' }, 'loginURL'],
  ])('that are wrong are told at construction (%#)', (options, name) => {
    expect(() => externalLogin(options as never)).toThrow(TypeError)
    expect(() => externalLogin(options as never)).toThrow(name)
  })
})
