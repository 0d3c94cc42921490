/**
 * What a grant should do, said a second time and more simply: no digests, no generations, no derivation, just a list of the tokens
 * that were handed out and what became of each. It is written from the rules, not from the machine.
 *
 * @module
 */
import type { Refusal } from '../../src/grant/refusal.js'
import type { RevocationReason } from '../../src/grant/state.js'

/** Durations in milliseconds. */
export interface Rules {
  /** Whether the authorization request had a challenge. */
  readonly pkce: boolean
  readonly rotate: boolean
  readonly retryWindow: number
  readonly codeLifetime: number
  readonly idleLifetime: number
  readonly grantLifetime: number
  readonly accessLifetime: number
}

/** Tokens and access tokens are named by their place in the order in which they were handed out. */
export interface Model {
  readonly status: 'unredeemed' | 'live' | RevocationReason
  readonly wrongVerifiers: number
  readonly idleUntil: number
  readonly tokens: readonly ModelToken[]
  readonly access: readonly { readonly issuedAt: number; readonly revoked: boolean }[]
}

/**
 * `known`: the grant still keeps what is needed to tell this spent token from a forgery of it. `crowded`: it was pushed out by 16 younger ones
 * while it could have been retried.
 */
interface ModelToken {
  readonly spentAt: number | null
  readonly known: boolean
  readonly crowded: boolean
}

export type Client = 'own' | 'other'
export type Input =
  | {
      readonly type: 'redeem'
      readonly client: Client
      readonly code: 'right' | 'wrong'
      readonly verifier: 'right' | 'wrong' | 'none'
      readonly redirectUri: 'right' | 'wrong' | 'none'
      /** Whether the client may do without PKCE now. */
      readonly mayOmitPkce: boolean
    }
  | { readonly type: 'refresh' | 'revoke_refresh'; readonly client: Client; readonly token: Presented }
  | { readonly type: 'revoke_access'; readonly client: Client; readonly index: number }
  | { readonly type: 'revoke_grant' }

export interface Presented {
  readonly index: number
  readonly forged: 'proof' | 'secret' | null
}

/** `token`: which refresh token the client now holds; it may be a new one. */
export type Expected =
  | { readonly refused: Refusal }
  | { readonly token: number; readonly retried: boolean }
  | { readonly revoked: boolean }

/** `model` is the very same object when nothing is to be written. */
export interface Verdict {
  readonly model: Model
  readonly expected: Expected
}

export const unredeemed: Model = { status: 'unredeemed', wrongVerifiers: 0, idleUntil: 0, tokens: [], access: [] }

/** Instants count from the approval. */
export function judge(model: Model, input: Input, now: number, rules: Rules): Verdict {
  const refuse = (refused: Refusal): Verdict => ({ model, expected: { refused } })
  const end = (because: RevocationReason): Model => ({ ...model, status: because, tokens: [], access: [] })
  const isOver = model.status !== 'unredeemed' && model.status !== 'live'
  const nothingToDo: Verdict = { model, expected: { revoked: false } }

  if (input.type === 'revoke_grant') {
    return isOver ? nothingToDo : { model: end('user_request'), expected: { revoked: true } }
  }
  if (input.client === 'other') return refuse('client_mismatch')

  if (input.type === 'redeem') {
    if (isOver) return refuse('revoked')
    if (input.code === 'wrong') return refuse('forged')
    const unproven = bindingRefusal(input, rules)
    if (model.status === 'live') {
      return unproven ? refuse(unproven) : { model: end('replay'), expected: { refused: 'replayed' } }
    }
    if (now >= rules.codeLifetime) return refuse('expired')
    if (unproven && unproven !== 'verifier_mismatch') return refuse(unproven)
    if (unproven) {
      const wrongVerifiers = model.wrongVerifiers + 1
      const counted = wrongVerifiers === 5 ? end('wrong_verifiers') : { ...model, wrongVerifiers }
      return { model: counted, expected: { refused: 'verifier_mismatch' } }
    }
    return {
      model: {
        ...model,
        status: 'live',
        idleUntil: now + rules.idleLifetime,
        tokens: [{ spentAt: null, known: true, crowded: false }],
        access: [{ issuedAt: now, revoked: false }],
      },
      expected: { token: 0, retried: false },
    }
  }

  if (input.type === 'revoke_access') {
    const token = model.access[input.index]
    if (!token || token.revoked || now >= token.issuedAt + rules.accessLifetime) return nothingToDo
    const access = model.access.map((one, i) => (i === input.index ? { ...one, revoked: true } : one))
    return { model: { ...model, access }, expected: { revoked: true } }
  }

  const token = model.tokens[input.token.index]
  const isForged = input.token.forged === 'proof' || (input.token.forged === 'secret' && (token?.known ?? true))

  if (input.type === 'revoke_refresh') {
    if (isOver) return nothingToDo
    if (!token || isForged) return refuse('forged')
    return { model: end('client_request'), expected: { revoked: true } }
  }

  if (isOver) return refuse('revoked')
  if (!token || input.token.forged === 'proof') return refuse('forged')
  if (now >= Math.min(model.idleUntil, rules.grantLifetime)) return refuse('expired')
  if (isForged) return refuse('forged')
  const current = model.tokens.length - 1
  const withAccess = { ...model, access: [...model.access, { issuedAt: now, revoked: false }] }
  if (token.spentAt !== null) {
    if (token.crowded && isRetriable(token.spentAt, now, rules)) return refuse('crowded_out')
    if (!token.known || !isRetriable(token.spentAt, now, rules)) {
      return { model: end('replay'), expected: { refused: 'replayed' } }
    }
    // An access token is handed out, but nothing about the grant is written.
    return { model: withAccess, expected: { token: current, retried: true } }
  }
  const idleUntil = now + rules.idleLifetime
  if (!rules.rotate) {
    const moves = idleUntil - model.idleUntil > rules.idleLifetime / 24
    return {
      model: moves ? { ...withAccess, idleUntil } : withAccess,
      expected: { token: current, retried: false },
    }
  }
  const spent = model.tokens.map((one) => (one === token ? { ...one, spentAt: now } : one))
  const young = (one: ModelToken) => one.spentAt !== null && now < one.spentAt + rules.retryWindow + 5000
  const able = spent.filter((one) => one.known && young(one))
  const kept = able.slice(-16)
  const tokens = [
    ...spent.map((one) => ({
      ...one,
      known: kept.includes(one),
      crowded: one.crowded || (able.includes(one) && !kept.includes(one)),
    })),
    { spentAt: null, known: true, crowded: false },
  ]
  return { model: { ...withAccess, idleUntil, tokens }, expected: { token: current + 1, retried: false } }
}

/** Two things bind a code: the verifier, and where there can be none the redirect URI, to a client that is still let off. */
function bindingRefusal(input: Extract<Input, { type: 'redeem' }>, { pkce }: Rules): Refusal | null {
  if (input.redirectUri === 'wrong') return 'redirect_uri_mismatch'
  if (pkce)
    return { right: null, wrong: 'verifier_mismatch' as const, none: 'verifier_missing' as const }[input.verifier]
  if (!input.mayOmitPkce) return 'exemption_ended'
  if (input.redirectUri === 'none') return 'redirect_uri_missing'
  return input.verifier === 'none' ? null : 'verifier_unexpected'
}

const isRetriable = (spentAt: number, now: number, { retryWindow }: Rules): boolean =>
  retryWindow > 0 && now < spentAt + retryWindow + 5000
