import { describe, expect, it } from 'vitest'
import { judgeLogin, type LoginDemand, parseMaxAge, parsePrompt } from '../../src/protocol/prompt.js'

describe('parsePrompt', () => {
  it.each([
    ['none', ['none']],
    ['login consent', ['login', 'consent']],
    ['select_account', ['select_account']],
    ['create', ['create']],
    ['login login', ['login']],
    ['none none', ['none']],
  ])('reads %j', (text, values) => expect(parsePrompt(text)).toEqual(values))

  it.each([
    'none login',
    'consent none',
    'Login',
    'LOGIN',
    'other',
    'login other',
    'login  consent',
    ' login',
    '',
    'toString',
  ])('refuses %j', (text) => expect(parsePrompt(text)).toBeNull())
})

describe('parseMaxAge', () => {
  it.each([
    ['0', 0],
    ['300', 300],
    ['9999999999', 9_999_999_999],
  ])('reads %s as seconds', (text, seconds) => {
    expect(parseMaxAge(text)).toBe(seconds)
  })

  it.each(['', '-1', '1.5', '1e3', '+1', ' 1', '1\n', '0x10', '12345678901', 'Infinity', '١'])('refuses %j', (text) => {
    expect(parseMaxAge(text)).toBeNull()
  })
})

const requestedAt = 1_000_000_500
const later = requestedAt + 60_000
const plain: LoginDemand = { prompt: [], requestedAt, loginAtRequest: null, lastReason: null }
const ok = { ok: true }
const need = (reason: string) => ({ ok: false, reason })

describe('judgeLogin', () => {
  it('asks for a login when nobody is there', () => {
    expect(judgeLogin(plain, null, later)).toEqual(need('no_login'))
  })

  it('accepts any login, however old and unknown, when the request wants nothing special', () => {
    expect(judgeLogin(plain, {}, later)).toEqual(ok)
    expect(judgeLogin({ ...plain, prompt: ['consent'] }, { authenticatedAt: 1 }, later)).toEqual(ok)
    expect(judgeLogin({ ...plain, prompt: ['none'] }, {}, later)).toEqual(ok)
  })

  describe('prompt=login', () => {
    const demand: LoginDemand = { ...plain, prompt: ['login'], lastReason: 'fresh' }

    it('refuses a login from before the request', () => {
      expect(judgeLogin(demand, { authenticatedAt: requestedAt - 1 }, later)).toEqual(need('fresh'))
    })

    it('accepts a login at the moment of the request or after it', () => {
      expect(judgeLogin(demand, { authenticatedAt: requestedAt }, later)).toEqual(ok)
      expect(judgeLogin(demand, { authenticatedAt: requestedAt + 1 }, later)).toEqual(ok)
    })

    it('accepts a time in whole seconds that was rounded down to before the request, but not the second before', () => {
      expect(judgeLogin(demand, { authenticatedAt: 1_000_000_000 }, later)).toEqual(ok)
      expect(judgeLogin(demand, { authenticatedAt: 999_999_000 }, later)).toEqual(need('fresh'))
    })

    it('gives that allowance to whole seconds only', () => {
      expect(judgeLogin(demand, { authenticatedAt: 1_000_000_001 }, later)).toEqual(need('fresh'))
    })

    it('refuses a time in the future beyond what clocks may differ', () => {
      expect(judgeLogin(demand, { authenticatedAt: later + 5_000 }, later)).toEqual(ok)
      expect(judgeLogin(demand, { authenticatedAt: later + 5_001 }, later)).toEqual(need('fresh'))
    })

    it('goes by the time when it is known, even if the session is another one', () => {
      const other = { ...demand, loginAtRequest: { sessionId: 's1' } }
      expect(judgeLogin(other, { sessionId: 's2', authenticatedAt: 1 }, later)).toEqual(need('fresh'))
    })

    it('accepts another session than at the beginning when the time is not known', () => {
      expect(judgeLogin({ ...demand, loginAtRequest: { sessionId: 's1' } }, { sessionId: 's2' }, later)).toEqual(ok)
    })

    it('accepts a session when nobody was logged in at the beginning', () => {
      expect(judgeLogin({ ...demand, loginAtRequest: null }, { sessionId: 's1' }, later)).toEqual(ok)
    })

    it('refuses the same session', () => {
      expect(judgeLogin({ ...demand, loginAtRequest: { sessionId: 's1' } }, { sessionId: 's1' }, later)).toEqual(
        need('fresh'),
      )
    })

    it('refuses what proves nothing: no session id now or then, or nothing noted', () => {
      expect(judgeLogin({ ...demand, loginAtRequest: null }, {}, later)).toEqual(need('fresh'))
      expect(judgeLogin({ ...demand, loginAtRequest: {} }, { sessionId: 's1' }, later)).toEqual(need('fresh'))
      expect(judgeLogin({ ...demand, loginAtRequest: undefined }, { sessionId: 's1' }, later)).toEqual(need('fresh'))
    })

    it('says that nobody is there before it asks for freshness', () => {
      expect(judgeLogin(demand, null, later)).toEqual(need('no_login'))
    })
  })

  describe('max_age', () => {
    const demand: LoginDemand = { ...plain, maxAge: 300 }

    it('accepts a login of exactly that age and refuses an older one', () => {
      expect(judgeLogin(demand, { authenticatedAt: later - 300_000 }, later)).toEqual(ok)
      expect(judgeLogin(demand, { authenticatedAt: later - 300_001 }, later)).toEqual(need('fresh'))
    })

    it('accepts a login after the request began, however long the person then took', () => {
      expect(judgeLogin(demand, { authenticatedAt: requestedAt }, requestedAt + 600_000)).toEqual(ok)
    })

    it('treats 0 like prompt=login', () => {
      expect(judgeLogin({ ...demand, maxAge: 0 }, { authenticatedAt: requestedAt - 1 }, later)).toEqual(need('fresh'))
      expect(judgeLogin({ ...demand, maxAge: 0 }, { authenticatedAt: requestedAt + 1 }, later)).toEqual(ok)
    })

    it('refuses a login without a time, unless its session is new', () => {
      const noted = { ...demand, loginAtRequest: { sessionId: 's1' } }
      expect(judgeLogin(noted, { sessionId: 's1' }, later)).toEqual(need('fresh'))
      expect(judgeLogin(noted, { sessionId: 's2' }, later)).toEqual(ok)
      expect(judgeLogin(noted, {}, later)).toEqual(need('fresh'))
    })

    it('refuses a time in the future and a time that is no number', () => {
      expect(judgeLogin(demand, { authenticatedAt: later + 60_000 }, later)).toEqual(need('fresh'))
      expect(judgeLogin(demand, { authenticatedAt: Number.NaN }, later)).toEqual(need('fresh'))
    })
  })

  describe.each(['select_account', 'create'] as const)('prompt=%s', (prompt) => {
    it('asks once, whoever is there', () => {
      expect(judgeLogin({ ...plain, prompt: [prompt] }, { authenticatedAt: later }, later)).toEqual(need(prompt))
      expect(judgeLogin({ ...plain, prompt: [prompt] }, null, later)).toEqual(need(prompt))
    })

    it('accepts whoever comes back from that', () => {
      expect(judgeLogin({ ...plain, prompt: [prompt], lastReason: prompt }, {}, later)).toEqual(ok)
    })

    it('asks for a login when nobody comes back from that', () => {
      expect(judgeLogin({ ...plain, prompt: [prompt], lastReason: prompt }, null, later)).toEqual(need('no_login'))
    })

    it('does not ask again after that login', () => {
      expect(judgeLogin({ ...plain, prompt: [prompt], lastReason: 'no_login' }, {}, later)).toEqual(ok)
    })

    it('still wants a fresh login when that was asked for too', () => {
      const demand: LoginDemand = { ...plain, prompt: ['login', prompt], lastReason: prompt }
      expect(judgeLogin(demand, { authenticatedAt: 1 }, later)).toEqual(need('fresh'))
      expect(judgeLogin(demand, { authenticatedAt: later }, later)).toEqual(ok)
    })
  })

  it('asks for a new account rather than for the choice of one', () => {
    expect(judgeLogin({ ...plain, prompt: ['select_account', 'create'] }, {}, later)).toEqual(need('create'))
  })
})
