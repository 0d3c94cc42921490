/**
 * Log in with a user name and a password, on the pages that ship, with a session that the server keeps. Attempts are limited
 * per user and per address, and an unknown user costs and looks the same as a wrong password.
 *
 * @module
 */

import { seeOther, withHeaders } from '../edge/responses.js'
import { isWebPage } from '../edge/web-page.js'
import { refuseUnknown } from '../runtime/option-checks.js'
import type { Claims, ClaimsContext, UserAuthentication } from './contract.js'
import { loginEndpoint } from './login-endpoint.js'
import type { PasswordCheck } from './password-check.js'
import { checkFound, checkVerified } from './password-check.js'
import type { UserEndpoint, UserServices } from './services.js'
import { sessionsIn } from './session.js'
import { type Limiter, limiterIn } from './throttle.js'

/** The app keeps hashes made with `hashPassword`; the library compares. */
export interface FindUserOptions {
  /**
   * The user who logs in by this name, or null. A user without a `passwordHash` cannot log in with a password. Not asked for names of
   * more than 320 characters (UTF-16 code units).
   */
  readonly find: (username: string) => Awaitable<StoredUser | null | undefined>
  /**
   * Keeps a stronger hash of the same password, made when a user has logged in with an older one. `replacedHash` is the one that
   * `find` gave. Store the new one only if that is still there, else a password that was changed in between comes back:
   * `UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?`. Whatever it returns is ignored; what it throws fails the
   * login.
   */
  readonly save?: ((subject: string, passwordHash: string, replacedHash: string) => Awaitable<unknown>) | undefined
  readonly verify?: undefined
}

export interface StoredUser {
  /** The user's stable id, the `sub` of tokens: 1 to 255 characters, never given to somebody else later. */
  readonly subject: string
  /** A PHC string of argon2id or scrypt. */
  readonly passwordHash: string | null
}

/** The app compares. An unknown user should take it as long as a wrong password. */
export interface VerifyPasswordOptions {
  /**
   * The subject of the user whose password this is, or null. Not asked for passwords of more than 1024 bytes and for names of more than
   * 320 characters (UTF-16 code units).
   */
  readonly verify: (username: string, password: string) => Awaitable<string | VerifiedUser | null | undefined>
  readonly find?: undefined
  readonly save?: undefined
}

export interface VerifiedUser {
  readonly subject: string
  /** The methods that were used (RFC 8176). @default ['pwd'] */
  readonly amr?: readonly string[] | undefined
}

/** Options of {@link passwordLogin}. Lifetimes are in seconds. */
export type PasswordLoginOptions = (FindUserOptions | VerifyPasswordOptions) & {
  /** Claims about a user for access tokens; null when the user is gone or blocked, which ends the grant. */
  readonly claims?: ((subject: string, context: ClaimsContext) => Awaitable<Claims | null>) | undefined
  /** Without a visit for this long a person must log in again. @default 3600 (1 hour) */
  readonly sessionIdleLifetime?: number | undefined
  /** However often a person comes by, they must log in again after this long. @default 43_200 (12 hours) */
  readonly sessionLifetime?: number | undefined
  /** The app's own page for a forgotten password, linked on the login page: an absolute path, or an `http` or `https` URL. */
  readonly forgotPasswordUrl?: string | undefined
  /** The app's own page to sign up, linked on the login page: an absolute path, or an `http` or `https` URL. */
  readonly signUpUrl?: string | undefined
  /**
   * Bounds the attempts. @default 5 per user and 30 per address in a minute, then growing waits of at most 15 minutes, which come after
   * 20 at one user within 24 hours in any case; counted in the storage
   */
  readonly limiter?: Limiter | undefined
}

type Awaitable<T> = T | Promise<T>

/** What {@link passwordLogin} makes once the server's parts exist. */
export interface PasswordAuthentication extends UserAuthentication {
  readonly endpoints: readonly UserEndpoint[]
  /** Logs a user out in every browser. */
  endAll(subject: string): Promise<void>
}

/**
 * Users of the app, logged in by the server.
 *
 * @throws {TypeError} when an option is wrong.
 */
export function passwordLogin(options: PasswordLoginOptions): (services: UserServices) => PasswordAuthentication {
  refuseUnknown(options, known, 'passwordLogin')
  const check = checkOf(options)
  const { claims, forgotPasswordUrl, signUpUrl } = options
  checkLinks({ forgotPasswordUrl, signUpUrl })
  checkLimiter(options.limiter)
  const idle = lifetime(options, 'sessionIdleLifetime', 3600)
  const absolute = lifetime(options, 'sessionLifetime', 43_200)
  if (claims !== undefined && typeof claims !== 'function') {
    throw new TypeError('passwordLogin: claims must be a function.')
  }
  return (services) => {
    const sessions = sessionsIn(services, { idle, absolute })
    const limiter = options.limiter ?? limiterIn(services)
    const links = { forgotPasswordUrl, signUpUrl }
    return {
      async current({ request }) {
        const session = await sessions.current(request)
        if (!session) return null
        const { id, subject, displayName, authenticatedAt, amr } = session
        return { subject, displayName, sessionId: id, authenticatedAt, amr }
      },
      async challenge(_context, need) {
        const pending = new URL(need.returnTo).searchParams.get('pending') ?? ''
        return seeOther(`${services.loginPath}?${new URLSearchParams({ pending })}`)
      },
      async end({ request }, returnTo) {
        return withHeaders(seeOther(returnTo), [await sessions.end(request)])
      },
      ...(claims && { claims: async (subject: string, context: ClaimsContext) => claims(subject, context) }),
      endpoints: [loginEndpoint(services, { check, sessions, limiter, links })],
      endAll: (subject) => sessions.endAll(subject),
    }
  }
}

const known = [
  'find',
  'save',
  'verify',
  'claims',
  'sessionIdleLifetime',
  'sessionLifetime',
  'forgotPasswordUrl',
  'signUpUrl',
  'limiter',
]

function checkOf({ find, save, verify }: PasswordLoginOptions): PasswordCheck {
  if (typeof find === 'function' && verify === undefined) {
    if (save !== undefined && typeof save !== 'function') throw new TypeError('passwordLogin: save must be a function.')
    return checkFound(find, save)
  }
  if (typeof verify === 'function' && find === undefined && save === undefined) return checkVerified(verify)
  throw new TypeError(
    'passwordLogin: write either `find` (and `save`), which gives the library the hash to compare with, or `verify`, which compares itself.',
  )
}

function checkLinks(links: { readonly [name: string]: string | undefined }): void {
  for (const [name, url] of Object.entries(links)) {
    if (url === undefined || isWebPage(url)) continue
    throw new TypeError(
      `passwordLogin: ${name} is not an absolute path or an http(s) URL. Write for example \`${name}: '/account'\`.`,
    )
  }
}

function checkLimiter(limiter: Limiter | undefined): void {
  if (limiter === undefined) return
  if (typeof limiter?.reserve !== 'function' || typeof limiter.succeed !== 'function') {
    throw new TypeError('passwordLogin: limiter must have the functions reserve and succeed.')
  }
  if (limiter.giveBack !== undefined && typeof limiter.giveBack !== 'function') {
    throw new TypeError('passwordLogin: limiter.giveBack must be a function, or be left out.')
  }
}

/** Seconds in, milliseconds out. */
function lifetime(
  options: PasswordLoginOptions,
  name: 'sessionIdleLifetime' | 'sessionLifetime',
  fallback: number,
): number {
  const seconds = options[name] ?? fallback
  if (typeof seconds === 'number' && seconds >= 1 && seconds <= MOST) return Math.round(seconds * 1000)
  throw new TypeError(
    `passwordLogin: ${name} must be a number of seconds between 1 and ${MOST}. The default is ${fallback}.`,
  )
}

const MOST = 366 * 86_400
