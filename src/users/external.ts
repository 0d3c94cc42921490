/**
 * For an app that has logins and sessions already: it says who is there and where its login page is, and that is all.
 *
 * @module
 */

import type { HttpResponse } from '../edge/message.js'
import { seeOther } from '../edge/responses.js'
import { isWebPage } from '../edge/web-page.js'
import { checkFunctions, isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import type { Claims, ClaimsContext, Login, LoginContext, LoginNeed, UserAuthentication } from './contract.js'
import { isHttpResponse } from './http-response.js'
import { checkSubject } from './subject.js'

/** Options of {@link externalLogin}. Every function may be asynchronous. */
export interface ExternalLoginOptions<Native = unknown> {
  /**
   * Who is logged in at this browser, from the app's own session: a {@link Login}, or only the user's id; null or undefined when
   * nobody is. An {@link HttpResponse} when the app's authentication must answer first.
   */
  readonly current: (context: LoginContext<Native>) => Awaitable<Login | HttpResponse | string | null | undefined>
  /**
   * The app's login page: an absolute path, or an `http` or `https` URL. It gets the query parameters
   *
   * - `return_to`, where to send the browser once somebody is logged in, if {@link parseReturnTo} accepts it
   * - `reason`, when somebody may be logged in already and must show the login form all the same: `fresh`, `select_account`, `create`
   * - `login_hint`, when the client sent one of at most 320 characters: not verified
   *
   * A function returns the whole URL and puts `need.returnTo` where the page looks for it.
   */
  readonly loginUrl: string | ((need: LoginNeed) => Awaitable<string>)
  /** Claims about a user for access tokens; null when the user is gone or blocked, which ends the grant. */
  readonly claims?: ((subject: string, context: ClaimsContext) => Awaitable<Claims | null>) | undefined
  /** Ends the app's session at this browser and sends the browser to `returnTo`. */
  readonly end?: ((context: LoginContext<Native>, returnTo: string) => Awaitable<HttpResponse>) | undefined
  /**
   * Ends the app's sessions of a user in every browser, this one included, and resolves when they are ended: from then on `current`
   * no longer finds the user there. What it returns is ignored. For "Log out everywhere" on the logout page (where `end`, if there is
   * one, is called next) and for `auth.users.signOut(subject)`; there no browser is at hand.
   */
  readonly endAll?: ((subject: string) => Awaitable<unknown>) | undefined
}

type Awaitable<T> = T | Promise<T>

/**
 * Users and sessions of the app.
 *
 * ```ts
 * users: externalLogin({
 *   current: ({ native }) => native.session?.userId,
 *   loginUrl: '/login',
 * })
 * ```
 *
 * @throws {TypeError} when an option is wrong.
 */
export function externalLogin<Native = unknown>(options: ExternalLoginOptions<Native>): UserAuthentication<Native> {
  checkOptions(options)
  const { current, loginUrl, claims, end, endAll } = options
  return {
    async current(context) {
      const found = await current(context)
      if (found === null || found === undefined) return null
      if (typeof found !== 'object') return { subject: checkSubject(found, 'externalLogin: current') }
      return isHttpResponse(found) ? found : checkLogin(found)
    },
    async challenge(_context, need) {
      if (typeof loginUrl === 'string') return seeOther(withNeed(loginUrl, need))
      const url = await loginUrl(need)
      if (!isWebPage(url)) throw mistake(`externalLogin: what loginUrl returned ${notALoginUrl}`, url)
      return seeOther(url)
    },
    ...(claims && { claims: async (subject, context) => claims(subject, context) }),
    ...(end && { end: async (context, returnTo) => end(context, returnTo) }),
    ...(endAll && {
      async endAll(subject) {
        await endAll(subject)
      },
    }),
  }
}

const known = [
  'current',
  'loginUrl',
  'claims',
  'end',
  'endAll',
] as const satisfies readonly (keyof ExternalLoginOptions)[]
const notALoginUrl = "is not an absolute path or an http(s) URL. Write for example `loginUrl: '/login'`."

function checkOptions(options: ExternalLoginOptions<never>): void {
  if (!isRecord(options)) {
    throw mistake("externalLogin takes options. Write `externalLogin({ current: … , loginUrl: '/login' })`.", options)
  }
  refuseUnknown(options, known, 'externalLogin')
  if (typeof options.current !== 'function') {
    throw mistake(
      'externalLogin: current is missing. Write a function that says who is logged in, for example `current: ({ native }) => native.session?.userId`.',
      options.current,
    )
  }
  if (typeof options.loginUrl !== 'function' && !isWebPage(options.loginUrl)) {
    throw mistake(`externalLogin: loginUrl ${notALoginUrl}`, options.loginUrl)
  }
  checkFunctions(options, ['claims', 'end', 'endAll'], 'externalLogin: ')
}

function withNeed(loginUrl: string, { returnTo, reason, loginHint }: LoginNeed): string {
  const added = new URLSearchParams({ return_to: returnTo })
  if (reason !== 'no_login') added.set('reason', reason)
  if (loginHint !== undefined) added.set('login_hint', loginHint)
  const hash = loginUrl.indexOf('#')
  const page = hash < 0 ? loginUrl : loginUrl.slice(0, hash)
  const separator = !page.includes('?') ? '?' : /[?&]$/.test(page) ? '' : '&'
  return page + separator + added + loginUrl.slice(page.length)
}

function checkLogin(found: Login): Login {
  const where = 'externalLogin: current'
  checkSubject(found.subject, where)
  const { sessionId, authenticatedAt } = found
  if (sessionId !== undefined && (typeof sessionId !== 'string' || sessionId === '')) {
    throw new TypeError(`${where}: sessionId must be a string that is not empty.`)
  }
  // A time in seconds would make every login look as old as January 1970.
  if (authenticatedAt !== undefined && !(typeof authenticatedAt === 'number' && authenticatedAt > 1e11)) {
    throw new TypeError(
      `${where}: authenticatedAt must be in epoch milliseconds. Write for example \`authenticatedAt: session.createdAt.getTime()\`.`,
    )
  }
  return found
}
