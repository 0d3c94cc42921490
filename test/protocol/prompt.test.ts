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

const noted = { authenticatedAt: 1_000_000_500, sessionId: 's1' }
const later = noted.authenticatedAt + 60_000
const plain: LoginDemand = { prompt: [], loginAtRequest: noted, lastReason: null }
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

    it('refuses the login that was there when the request began, and one before it', () => {
      expect(judgeLogin(demand, noted, later)).toEqual(need('fresh'))
      expect(judgeLogin(demand, { authenticatedAt: noted.authenticatedAt - 1 }, later)).toEqual(need('fresh'))
    })

    it('accepts a later login than the one that was noted', () => {
      expect(judgeLogin(demand, { authenticatedAt: noted.authenticatedAt + 1 }, later)).toEqual(ok)
    })

    it('does not take the same login in whole seconds for a later one', () => {
      const whole = { ...demand, loginAtRequest: { authenticatedAt: 1_000_000_000 } }
      expect(judgeLogin(whole, { authenticatedAt: 1_000_000_000 }, 1_000_000_100)).toEqual(need('fresh'))
      expect(judgeLogin(whole, { authenticatedAt: 1_000_001_000 }, 1_000_001_100)).toEqual(ok)
    })

    it.each([
      ['behind', -3_600_000],
      ['ahead', 3_600_000],
    ])('needs no clock of its own: the one of the logins may be an hour %s', (_, off) => {
      const login = { authenticatedAt: later + off }
      const known = { ...demand, loginAtRequest: login }
      expect(judgeLogin(known, login, later)).toEqual(need('fresh'))
      expect(judgeLogin(known, { authenticatedAt: login.authenticatedAt + 1 }, later)).toEqual(ok)
    })

    it('goes by the times when they are known, even if the session is another one', () => {
      expect(judgeLogin(demand, { ...noted, sessionId: 's2' }, later)).toEqual(need('fresh'))
      expect(judgeLogin(demand, { sessionId: 's1', authenticatedAt: later }, later)).toEqual(ok)
    })

    it.each([
      ['neither time is known', { sessionId: 's1' }, {}],
      ['the earlier time is not known', { sessionId: 's1' }, { authenticatedAt: later }],
      ['the time is not known any more', noted, {}],
    ])('goes by the session when %s', (_, before, now) => {
      const known = { ...demand, loginAtRequest: before }
      expect(judgeLogin(known, { ...now, sessionId: 's2' }, later)).toEqual(ok)
      expect(judgeLogin(known, { ...now, sessionId: 's1' }, later)).toEqual(need('fresh'))
      expect(judgeLogin(known, now, later)).toEqual(need('fresh'))
    })

    it('accepts any login when nobody was logged in at the beginning', () => {
      const nobody = { ...demand, loginAtRequest: null }
      expect(judgeLogin(nobody, { sessionId: 's1' }, later)).toEqual(ok)
      expect(judgeLogin(nobody, { authenticatedAt: 1 }, later)).toEqual(ok)
      expect(judgeLogin(nobody, {}, later)).toEqual(ok)
    })

    it('takes no login for new when none was noted: there is no request yet, or it was not looked', () => {
      const unnoted = { ...demand, loginAtRequest: undefined }
      expect(judgeLogin(unnoted, { sessionId: 's1' }, later)).toEqual(need('fresh'))
      expect(judgeLogin(unnoted, { authenticatedAt: later }, later)).toEqual(need('fresh'))
      expect(judgeLogin(unnoted, { authenticatedAt: later + 4_000 }, later)).toEqual(need('fresh'))
    })

    it('is not satisfied by a login without a session id where the one at the beginning had none', () => {
      expect(judgeLogin({ ...demand, loginAtRequest: {} }, { sessionId: 's1' }, later)).toEqual(need('fresh'))
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
      const login = { authenticatedAt: noted.authenticatedAt + 1 }
      expect(judgeLogin(demand, login, noted.authenticatedAt + 600_000)).toEqual(ok)
    })

    it('takes 0 for prompt=login, also when the clock is behind the one of the logins', () => {
      const zero = { ...demand, maxAge: 0 }
      for (const clock of [later, noted.authenticatedAt, noted.authenticatedAt - 4_000]) {
        expect(judgeLogin(zero, noted, clock)).toEqual(need('fresh'))
        expect(judgeLogin({ ...zero, loginAtRequest: undefined }, noted, clock)).toEqual(need('fresh'))
        expect(judgeLogin(zero, { authenticatedAt: noted.authenticatedAt + 1 }, clock)).toEqual(ok)
      }
    })

    it('refuses a login without a time, unless its session is new', () => {
      expect(judgeLogin(demand, { sessionId: 's1' }, later)).toEqual(need('fresh'))
      expect(judgeLogin(demand, { sessionId: 's2' }, later)).toEqual(ok)
      expect(judgeLogin(demand, {}, later)).toEqual(need('fresh'))
    })

    it('refuses a time in the future beyond what clocks may differ, and a time that is no number', () => {
      const old = { ...demand, loginAtRequest: undefined }
      expect(judgeLogin(old, { authenticatedAt: later + 5_000 }, later)).toEqual(ok)
      expect(judgeLogin(old, { authenticatedAt: later + 5_001 }, later)).toEqual(need('fresh'))
      expect(judgeLogin(old, { authenticatedAt: Number.NaN }, later)).toEqual(need('fresh'))
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
      expect(judgeLogin(demand, noted, later)).toEqual(need('fresh'))
      expect(judgeLogin(demand, { authenticatedAt: later }, later)).toEqual(ok)
    })
  })

  it('asks for a new account rather than for the choice of one', () => {
    expect(judgeLogin({ ...plain, prompt: ['select_account', 'create'] }, {}, later)).toEqual(need('create'))
  })
})
