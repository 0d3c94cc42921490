/**
 * Log in with a user name and a password, on the pages that ship, with a session that the server keeps. Attempts are limited
 * per user and per address, and an unknown user costs and looks the same as a wrong password.
 *
 * @module
 */

import { seeOther, withHeaders } from '../edge/responses.js'
import { isWebPage } from '../edge/web-page.js'
import { isRecord, mistake, refuseUnknown, toMilliseconds } from '../runtime/option-checks.js'
import type { ClaimsContext, UserAuthentication } from './contract.js'
import { loginEndpoint } from './login-endpoint.js'
import type { StartSession } from './new-session.js'
import type { PasswordCheck } from './password-check.js'
import { checkFound, checkVerified } from './password-check.js'
import type { PasswordLoginOptions } from './password-options.js'
import type { UserEndpoint, UserServices } from './services.js'
import { sessionsIn } from './session.js'
import { sessionStarter } from './start-session.js'
import { type Limiter, limiterIn } from './throttle.js'

/** What {@link passwordLogin} makes once the server's parts exist. */
export interface PasswordAuthentication extends UserAuthentication {
  readonly endpoints: readonly UserEndpoint[]
  /** Logs a user out in every browser. */
  endAll(subject: string): Promise<void>
  /** `auth.users.startSession`. */
  readonly startSession: StartSession
}

/**
 * Users of the app, logged in by the server.
 *
 * @throws {TypeError} when an option is wrong.
 */
export function passwordLogin(options: PasswordLoginOptions): (services: UserServices) => PasswordAuthentication {
  if (!isRecord(options)) throw mistake('passwordLogin takes options. Write `passwordLogin({ find: … })`.', options)
  refuseUnknown(options, known, 'passwordLogin')
  const check = checkOf(options)
  const { claims, forgotPasswordUrl, signUpUrl } = options
  checkLinks({ forgotPasswordUrl, signUpUrl })
  checkLimiter(options.limiter)
  const idle = lifetime(options, 'sessionIdleLifetime', 3600)
  const absolute = lifetime(options, 'sessionLifetime', 43_200)
  if (claims !== undefined && typeof claims !== 'function') {
    throw mistake('passwordLogin: claims must be a function.', claims)
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
      sessionLifetime: absolute,
      startSession: sessionStarter(services, sessions),
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
    throw mistake(
      `passwordLogin: ${name} is not an absolute path or an http(s) URL. Write for example \`${name}: '/account'\`.`,
      url,
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
const lifetime = (
  options: PasswordLoginOptions,
  name: 'sessionIdleLifetime' | 'sessionLifetime',
  fallback: number,
): number => toMilliseconds(options[name] ?? fallback, `passwordLogin: ${name}`, 1, MOST, `The default is ${fallback}.`)

const MOST = 366 * 86_400
