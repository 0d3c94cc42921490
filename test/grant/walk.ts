/**
 * Random lives of one grant: what clients, thieves, users and time do to it, on instances whose clocks differ by up to 5 seconds.
 * A walk is a list of moves; taking it gives what happened at each, with what only an onlooker knows: which strings were really
 * issued, and when each was spent.
 *
 * @module
 */
import fc from 'fast-check'
import { type RedeemCode, redeemCode } from '../../src/grant/redeem-code.js'
import { type Refresh, type Refreshed, refresh } from '../../src/grant/refresh.js'
import { revokeAccessToken, revokeByRefreshToken, revokeGrant } from '../../src/grant/revoke.js'
import type { Grant } from '../../src/grant/state.js'
import type { Refused } from '../../src/grant/step.js'
import { formatRefreshToken, type RefreshToken } from '../../src/protocol/token-string.js'
import {
  api,
  app,
  approved,
  bytes,
  callback,
  code,
  exempt,
  frozen,
  garbled,
  mail,
  otherClient,
  otherIssuer,
  parsed,
  redeeming,
  refreshing,
  second,
  start,
  verifier,
  wrongVerifier,
} from './fixtures.js'

export interface Setting {
  readonly pkce: boolean
  readonly rotate: boolean
  readonly retryWindow: number
  readonly jkt: string | null
  readonly peppers: readonly Uint8Array[]
}

export type Move =
  | { readonly type: 'wait'; readonly duration: number }
  | { readonly type: 'redeem'; readonly input: RedeemCode; readonly skew: number }
  | { readonly type: 'refresh'; readonly token: Picked; readonly input: Omit<Refresh, 'token'>; readonly skew: number }
  | { readonly type: 'revoke_refresh'; readonly token: Picked; readonly by: typeof app; readonly skew: number }
  | { readonly type: 'revoke_access'; readonly count: number; readonly by: typeof app }
  | { readonly type: 'revoke_grant'; readonly skew: number }

/** Which of the tokens issued so far, counted from the newest, and what was done to it. */
export interface Picked {
  readonly age: number
  readonly fault: 'none' | 'family' | 'secret' | 'ahead'
}

export interface AccessToken {
  readonly tokenId: string
  readonly issuedAt: number
  readonly expiresAt: number
}

/** What one move did. */
export interface Happened {
  readonly move: Exclude<Move, { type: 'wait' }>
  readonly before: Grant
  readonly after: Grant
  readonly answer: ({ readonly ok: true } & Partial<Omit<Refreshed, 'ok'>>) | Refused
  /** The time by which the grant judged: never before its last touch. */
  readonly now: number
  readonly token: RefreshToken | null
  /** Whether the token is, string by string, one that was issued. */
  readonly genuine: boolean
  /** When each generation was spent. */
  readonly spentAt: readonly number[]
  /** Everything handed out until now, this move included. */
  readonly issued: readonly string[]
  readonly access: readonly AccessToken[]
  readonly revokedAccess: readonly AccessToken[]
}

const ACCESS_TOKENS_PER_ANSWER = 6
const IDLE = 600 * second
const LIFETIME = 900 * second

function take(setting: Setting, moves: readonly Move[]): Happened[] {
  let grant: Grant = setting.pkce
    ? approved({ grantLifetime: LIFETIME })
    : frozen({ ...exempt(), endsAt: start + LIFETIME })
  let clock = start
  const happened: Happened[] = []
  const issued: string[] = []
  const spentAt: number[] = []
  const access: AccessToken[] = []
  const revokedAccess: AccessToken[] = []

  for (const [i, move] of moves.entries()) {
    if (move.type === 'wait') {
      clock += move.duration
      continue
    }
    const at = clock + ('skew' in move ? move.skew : 0)
    const token = 'token' in move ? pick(issued, move.token) : null
    if ('token' in move && !token) continue
    for (const { before, step } of steps(move, at, token, i)) {
      const now = Math.max(at, before.touchedAt)
      const { answer } = step
      const next = answer.ok && 'refreshToken' in answer ? answer.refreshToken : null
      const genuine = token !== null && issued.includes(formatRefreshToken(token))
      if (next && !issued.includes(next)) {
        if (token) spentAt[token.generation] = now
        issued.push(next)
      }
      if (answer.ok && 'refreshToken' in answer) mint(i)
      grant = frozen(step.grant)
      happened.push({
        move,
        before,
        after: grant,
        answer,
        now,
        token,
        genuine,
        spentAt: [...spentAt],
        issued: [...issued],
        access: [...access],
        revokedAccess: [...revokedAccess],
      })
    }
  }
  return happened

  function* steps(move: Happened['move'], at: number, token: RefreshToken | null, i: number) {
    const before = grant
    if (move.type === 'redeem') yield { before, step: redeemCode(before, move.input, at, bytes(48, i)) }
    else if (move.type === 'revoke_grant') yield { before, step: revokeGrant(before, 'user_request', at) }
    else if (move.type === 'revoke_access') {
      for (const victim of access.filter((one) => !revokedAccess.includes(one)).slice(0, move.count)) {
        const from = grant
        const step = revokeAccessToken(from, move.by, victim, at)
        if (step.answer.ok) revokedAccess.push(victim)
        yield { before: from, step }
      }
    } else if (move.type === 'refresh' && token) {
      yield { before, step: refresh(before, { ...move.input, token }, at, bytes(16, i)) }
    } else if (move.type === 'revoke_refresh' && token) {
      yield { before, step: revokeByRefreshToken(before, move.by, token, at) }
    }
  }

  function mint(i: number): void {
    // As in a JWT: whole seconds, rounded down.
    const issuedAt = Math.floor(clock / second) * second
    for (let n = 0; n < ACCESS_TOKENS_PER_ANSWER; n++) {
      access.push({ tokenId: `${i}-${n}`, issuedAt, expiresAt: issuedAt + 300 * second })
    }
  }
}

function pick(issued: readonly string[], { age, fault }: Picked): RefreshToken | null {
  const text = issued.at(-1 - (age % Math.max(issued.length, 1)))
  if (text === undefined) return null
  const token = parsed(text)
  if (fault === 'none') return token
  return fault === 'ahead' ? { ...token, generation: issued.length + 2 } : garbled(token, fault)
}

const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })

const peppers = [bytes(32, 201), bytes(32, 202)]

const settings: fc.Arbitrary<Setting> = fc.record({
  pkce: fc.boolean(),
  rotate: fc.constantFrom(true, true, true, false),
  retryWindow: mostly(30 * second, 0),
  jkt: fc.constantFrom(null, null, 'key'),
  peppers: fc.constantFrom([], peppers.slice(0, 1), peppers),
})

const by = mostly(app, otherClient, otherIssuer)
const skew = fc.integer({ min: -2500, max: 2500 })
const choice = fc.record({
  resource: mostly<string | undefined>(api, mail, 'https://new.example', undefined),
  scope: mostly<readonly string[] | undefined>(undefined, ['read'], ['read', 'write'], ['send'], ['admin']),
  defaultResource: fc.constantFrom(undefined, mail),
})
const picked = fc.record({
  age: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(5) }),
  fault: mostly<Picked['fault']>('none', 'family', 'secret', 'ahead'),
})

/** A move by somebody who may or may not know what is needed. */
function move({ pkce, jkt, ...setting }: Setting): fc.Arbitrary<Move> {
  const rules = { ...setting, idleLifetime: IDLE }
  const input = fc.record({
    by,
    code: mostly(code, { ...code, secret: bytes(32, 250) }),
    redirectUri: mostly<string | undefined>(callback, undefined, 'https://evil.example'),
    verifier: mostly<string | undefined>(pkce ? verifier : undefined, verifier, undefined, wrongVerifier, 'malformed'),
    mayOmitPkce: mostly(!pkce, pkce),
    choice,
    refresh: fc.constant({ idleLifetime: IDLE, jkt }),
  })
  const proof = mostly(jkt, null, 'another key')
  return fc.oneof(
    { weight: 12, arbitrary: fc.record({ type: fc.constant('wait'), duration: fc.integer({ min: 0, max: 20_000 }) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('wait'), duration: fc.integer({ min: 0, max: 700_000 }) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('redeem'), input, skew }) },
    {
      weight: 40,
      arbitrary: fc.record({
        type: fc.constant('refresh'),
        token: picked,
        input: fc.record({ by, jkt: proof, choice, rules: fc.constant(rules) }),
        skew,
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('revoke_refresh'), token: picked, by, skew }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('revoke_access'), count: fc.nat(12), by }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('revoke_grant'), skew }) },
  ) as fc.Arbitrary<Move>
}

/** Walks of which most get their tokens first, for without them little can happen, and some begin with guesses. */
export const walks: fc.Arbitrary<{ setting: Setting; happened: readonly Happened[] }> = settings.chain((setting) => {
  const honest: Move = { type: 'redeem', input: honestRedemption(setting), skew: 0 }
  const guess: Move = { type: 'redeem', input: { ...honest.input, verifier: wrongVerifier }, skew: 0 }
  const beginning = fc.oneof(
    { weight: 6, arbitrary: fc.constant([honest]) },
    { weight: 1, arbitrary: fc.array(fc.constant(guess), { maxLength: 5 }) },
  )
  const moves = fc.array(move(setting), { maxLength: 30, size: 'max' })
  return fc.tuple(beginning, moves).map(([first, rest]) => ({ setting, happened: take(setting, [...first, ...rest]) }))
})

const honestRedemption = ({ pkce, jkt }: Setting): RedeemCode =>
  redeeming({ verifier: pkce ? verifier : undefined, mayOmitPkce: !pkce, refresh: { idleLifetime: IDLE, jkt } })

/** A refresh by its own client with everything that the setting asks for. */
export const honestRefresh = (token: RefreshToken, { jkt, rotate, retryWindow, peppers }: Setting): Refresh =>
  refreshing(token, { jkt, rules: { rotate, retryWindow, peppers, idleLifetime: IDLE } })
