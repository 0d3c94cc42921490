/**
 * `prompt`, `max_age` and what features ask besides: what a client asks of the login, and whether the login at hand will do. The app only says who is
 * there and since when; the judgement is made here. Pure.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core §3.1.2.1}
 * @module
 */

import { CLOCK_SKEW } from './clock-skew.js'

export type Prompt = 'none' | 'login' | 'consent' | 'select_account' | 'create'

/** Why somebody must log in. */
export type LoginReason = 'no_login' | 'fresh' | 'select_account' | 'create'

/** What is known of a login: epoch milliseconds, and an id of the session it made. */
export interface LoginTrace {
  readonly sessionId?: string | undefined
  readonly authenticatedAt?: number | undefined
}

/** The same of the login at hand, and whose it is. */
export interface JudgedLogin extends LoginTrace {
  readonly subject?: string | undefined
  /** What the client calls them. @default the subject */
  readonly knownAs?: string | undefined
  readonly acr?: string | undefined
}

/** What features ask of the login beside the core's parameters. */
export interface FurtherDemand {
  /** Who it must be, as the client calls them. */
  readonly subject?: string | undefined
  /** What it should have reached; where that is essential, nothing else will do. */
  readonly acr?: { readonly values: readonly string[]; readonly essential: boolean } | undefined
  /** Whether its time must be known: then a new login of unknown time will not do. */
  readonly needsTime?: true | undefined
  /** Seconds since the login, at most; whichever is less counts. */
  readonly maxAge?: number | undefined
}

/** What the judgement needs to know of an authorization request. */
export interface LoginDemand extends FurtherDemand {
  readonly prompt: readonly Prompt[]
  /** The login that was noted when the request began, null for nobody. Undefined when it was not noted: then no login is new. */
  readonly loginAtRequest?: LoginTrace | null | undefined
  /** For what the user was last sent to log in during this request; null before the first time. */
  readonly lastReason: LoginReason | null
}

/** The values of a `prompt` parameter; null when one is unknown, or `none` is not alone. */
export function parsePrompt(text: string): readonly Prompt[] | null {
  const values = [...new Set(text.split(' '))]
  if (!values.every(isPrompt)) return null
  // OpenID Connect Core §3.1.2.1: none with any other value is an error.
  return values.includes('none') && values.length > 1 ? null : values
}

/** The seconds of a `max_age` parameter; null when it is not a whole number of at most ten digits. */
export function parseMaxAge(text: string): number | null {
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : null
}

/**
 * Whether `login` is what the request asks for, and if not, why somebody must log in. `select_account` and `create` ask once:
 * whoever comes back from that is accepted, unless it must be somebody else. The rest is asked for until it is there; the caller bounds the attempts.
 */
export function judgeLogin(
  demand: LoginDemand,
  login: JudgedLogin | null,
  now: number,
):
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: LoginReason; readonly lacks?: 'subject' | 'acr' | undefined } {
  if (demand.lastReason === null) {
    // Somebody who signs up has also chosen an account.
    if (demand.prompt.includes('create')) return { ok: false, reason: 'create' }
    if (demand.prompt.includes('select_account')) return { ok: false, reason: 'select_account' }
  }
  if (login === null) return { ok: false, reason: 'no_login' }
  const isFresh = isNewLogin(demand, login)
  if (demand.prompt.includes('login') && !isFresh) return { ok: false, reason: 'fresh' }
  if (demand.maxAge !== undefined && !isFresh && !isYoung(demand.maxAge, login, now))
    return { ok: false, reason: 'fresh' }
  if (demand.needsTime && login.authenticatedAt === undefined) return { ok: false, reason: 'fresh' }
  // OpenID Connect Core §3.1.2.1, §3.1.2.2: nobody else than the hint, or the claim `sub`, names.
  if (demand.subject !== undefined && (login.knownAs ?? login.subject) !== demand.subject)
    return { ok: false, reason: 'select_account', lacks: 'subject' }
  // OpenID Connect Core §5.5.1.1: an essential acr that is not reached is a failed attempt.
  if (demand.acr?.essential && !demand.acr.values.includes(login.acr ?? ''))
    return { ok: false, reason: 'fresh', lacks: 'acr' }
  return { ok: true }
}

/**
 * Whether the user proved who they are after the request began: told by what was noted then, and never by comparing the clock that
 * gave the login its time with this server's. A later time than the one noted shows it, or, where one of the two is not known,
 * another session.
 */
function isNewLogin({ loginAtRequest: noted }: LoginDemand, { authenticatedAt, sessionId }: LoginTrace): boolean {
  if (noted === undefined) return false
  if (noted === null) return true
  if (authenticatedAt !== undefined && noted.authenticatedAt !== undefined) {
    return authenticatedAt > noted.authenticatedAt
  }
  return sessionId !== undefined && noted.sessionId !== undefined && sessionId !== noted.sessionId
}

/** OpenID Connect Core §3.1.2.1, RFC 9470 §4: not more than `maxAge` seconds since the last active login. */
function isYoung(maxAge: number, { authenticatedAt }: LoginTrace, now: number): boolean {
  // OpenID Connect Core §3.1.2.1: 0 is the same as prompt=login, so no clock that is behind makes an earlier login good enough.
  if (maxAge === 0 || authenticatedAt === undefined || authenticatedAt > now + CLOCK_SKEW) return false
  return now - authenticatedAt <= maxAge * 1000
}

const prompts: readonly string[] = ['none', 'login', 'consent', 'select_account', 'create'] satisfies Prompt[]

function isPrompt(text: string): text is Prompt {
  return prompts.includes(text)
}
