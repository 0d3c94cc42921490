/**
 * The real machine and the reference model side by side: each input goes to both, and they must agree on the answer, on whether
 * there is something to write, and on every token that was ever handed out.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import { redeemCode } from '../../src/grant/redeem-code.js'
import { isCurrent, refresh } from '../../src/grant/refresh.js'
import { isAccessLive, revokeAccessToken, revokeByRefreshToken, revokeGrant } from '../../src/grant/revoke.js'
import type { Grant } from '../../src/grant/state.js'
import type { Refused } from '../../src/grant/step.js'
import type { Pkce } from '../../src/protocol/pkce.js'
import { formatRefreshToken, type RefreshToken } from '../../src/protocol/token-string.js'
import {
  app,
  approval,
  approved,
  bytes,
  callback,
  challenge,
  code,
  frozen,
  garbled,
  otherClient,
  parsed,
  redeeming,
  refreshing,
  start,
  verifier,
  wrongVerifier,
} from '../grant/fixtures.js'
import { pkceAsked } from './pkce-asked.js'
import { type Expected, type Input, judge, type Model, type Rules, unredeemed } from './reference.js'

export interface World {
  readonly grant: Grant
  readonly model: Model
  /** Milliseconds since the approval. */
  readonly clock: number
  readonly issued: readonly string[]
  /** Why the last input was refused. */
  readonly refused?: string | undefined
}

export const newWorld = ({ pkce, codeLifetime, grantLifetime }: Rules): World => ({
  grant: approved({ code: { ...approval.code, pkce: requestedPkce(pkce) }, codeLifetime, grantLifetime }),
  model: unredeemed,
  clock: 0,
  issued: [],
})

/** What the authorization request of a client that may do without PKCE gives, with a challenge and without. */
function requestedPkce(challenged: boolean): Pkce {
  const pkce = pkceAsked(
    { public: false, allowed: true },
    challenged ? { code_challenge: challenge, code_challenge_method: 'S256' } : {},
  )
  if (!pkce) throw new Error('the request was refused')
  return pkce
}

/** Gives an input to both sides. Throws where they differ. */
export function advanceBoth(world: World, input: Input, rules: Rules): World {
  const { model, expected } = judge(world.model, input, world.clock, rules)
  const { grant, answer } = run(world, input, rules)
  const issued = compareAnswers(answer, expected, world.issued)
  // Only an access token leaves no trace in the grant: it is not stored.
  const mustWrite =
    JSON.stringify({ ...model, access: trace(model) }) !==
    JSON.stringify({ ...world.model, access: trace(world.model) })
  if ((grant !== world.grant) !== mustWrite)
    throw new Error(mustWrite ? 'nothing was written' : 'something was written')
  const refused = 'refused' in expected ? expected.refused : undefined
  const next = { ...world, grant: grant === world.grant ? grant : frozen(grant), model, issued, refused }
  compareStates(next, rules)
  return next
}

const trace = ({ access }: Model) => access.flatMap(({ revoked }, i) => (revoked ? [i] : []))

function run({ grant, issued, clock, model }: World, input: Input, rules: Rules): { grant: Grant; answer: Answer } {
  const at = start + clock
  if (input.type === 'revoke_grant') return revokeGrant(grant, 'user_request', at)
  const by = input.client === 'own' ? app : otherClient
  switch (input.type) {
    case 'redeem': {
      const redemption = redeeming({
        by,
        code: input.code === 'right' ? code : { ...code, secret: bytes(32, 99) },
        verifier: { right: verifier, wrong: wrongVerifier, none: undefined }[input.verifier],
        redirectUri: { right: callback, wrong: 'https://evil.example/callback', none: undefined }[input.redirectUri],
        mayOmitPkce: input.mayOmitPkce,
        refresh: { idleLifetime: rules.idleLifetime, jkt: null },
      })
      return redeemCode(grant, redemption, at, bytes(48, 1))
    }
    case 'refresh': {
      const { rotate, retryWindow, idleLifetime } = rules
      const attempt = refreshing(present(issued, input.token), {
        by,
        rules: { rotate, retryWindow, idleLifetime, peppers: [] },
      })
      return refresh(grant, attempt, at, bytes(16, issued.length))
    }
    case 'revoke_refresh':
      return revokeByRefreshToken(grant, by, present(issued, input.token), at)
    case 'revoke_access':
      return revokeAccessToken(grant, by, accessToken(model, input.index, rules), at)
  }
}

type Answer =
  | { readonly ok: true; readonly refreshToken?: string | null; readonly retried?: boolean; readonly revoked?: boolean }
  | Refused

/** A token as somebody presents it. Before the first was handed out: one of a family that does not exist. */
function present(
  issued: readonly string[],
  { index, forged }: { index: number; forged: 'proof' | 'secret' | null },
): RefreshToken {
  const text = issued[index]
  const nobodys = { grantId: code.grantId, family: bytes(16, 77), generation: 0, secret: bytes(32, 78) }
  const token = text === undefined ? nobodys : parsed(text)
  return forged ? garbled(token, forged === 'proof' ? 'family' : 'secret') : token
}

function accessToken(model: Model, index: number, { accessLifetime }: Rules) {
  const issuedAt = start + (model.access[index]?.issuedAt ?? 0)
  return { ...app, tokenId: `access-${index}`, issuedAt, expiresAt: issuedAt + accessLifetime }
}

/** @returns the tokens handed out so far, with the one of this answer. */
function compareAnswers(answer: Answer, expected: Expected, issued: readonly string[]): readonly string[] {
  if ('refused' in expected) {
    same('answer', answer, { ok: false, refusal: expected.refused })
    return issued
  }
  if ('revoked' in expected) {
    same('answer', answer, { ok: true, revoked: expected.revoked })
    return issued
  }
  if (!answer.ok) throw new Error(`refused: ${answer.refusal}, expected token ${expected.token}`)
  const text = answer.refreshToken ?? ''
  same('retried', answer.retried ?? false, expected.retried)
  if (expected.token === issued.length) {
    same('an old token', issued.includes(text), false)
    return [...issued, formatRefreshToken(parsed(text))]
  }
  same('token', text, issued[expected.token])
  return issued
}

function compareStates({ grant, model, clock, issued }: World, rules: Rules): void {
  const status = { code_issued: 'unredeemed', active: 'live', revoked: '' }[grant.status]
  same('status', grant.status === 'revoked' ? grant.because : status, model.status)
  if (grant.status === 'code_issued') same('guesses', grant.code.wrongVerifiers, model.wrongVerifiers)
  const isAlive = model.status === 'live' && clock < Math.min(model.idleUntil, rules.grantLifetime)
  issued.forEach((text, i) => {
    const isIt = grant.status === 'active' && isCurrent(grant, parsed(text), start + clock)
    same(`token ${i} is current`, isIt, isAlive && i === issued.length - 1)
  })
  model.access.forEach(({ issuedAt, revoked }, i) => {
    const end = Math.min(issuedAt + rules.accessLifetime, rules.grantLifetime)
    const isLive = isAccessLive(grant, accessToken(model, i, rules), start + clock)
    same(`access token ${i} is live`, isLive, model.status === 'live' && !revoked && clock < end)
  })
}

/** Cheaper than `expect`, for it is asked very often. */
function same(what: string, actual: unknown, expected: unknown): void {
  if (actual === expected || isDeepStrictEqual(actual, expected)) return
  throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}
