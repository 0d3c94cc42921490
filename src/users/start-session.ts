/**
 * A session for somebody whom the app itself has just made sure of: who signed up, or chose a new password.
 *
 * @module
 */
import type { HttpRequest } from '../edge/message.js'
import { displayText } from '../pages/html.js'
import { parseReturnTo } from './return-to.js'
import type { UserServices } from './services.js'
import type { Sessions } from './session.js'
import { checkSubject } from './subject.js'

/** What carries a request's headers: a web-standard `Request` (Hono's `c.req.raw`), or the `req` of Express and `node:http`. */
export interface WithHeaders {
  readonly headers:
    | Pick<Headers, 'get'>
    | { readonly get?: never; readonly [name: string]: string | readonly string[] | undefined }
}

/** Who is logged in. */
export interface NewSession {
  /** The user's stable id, the `sub` of tokens: 1 to 255 characters, never given to somebody else later. */
  readonly subject: string
  /** How the consent page calls the user. @default the subject */
  readonly displayName?: string | undefined
  /** The methods that were used (RFC 8176). @default ['pwd'] */
  readonly amr?: readonly string[] | undefined
  /** The `return_to` that came to the app's page, of whatever type. */
  readonly returnTo?: unknown
}

export interface StartedSession {
  /** The value of a `set-cookie` header, which the response to this request must carry. */
  readonly setCookie: string
  /** Where the login was wanted, if `returnTo` says so for this browser: send it there. Else null: send it where you like. */
  readonly returnTo: string | null
}

export type StartSession = (request: WithHeaders, login: NewSession) => Promise<StartedSession | null>

export function sessionStarter(services: UserServices, sessions: Sessions): StartSession {
  return async ({ headers }, { subject, displayName = '', amr = ['pwd'], returnTo }) => {
    checkSubject(subject, 'users.startSession')
    const request = requestWith(headers)
    const url = parseReturnTo(returnTo, services.issuer)
    const pending = url && (await services.pendingLogin(request, url.slice(url.lastIndexOf('=') + 1)))
    // RFC 9700 §4.7: another site must not log people in as somebody else. It cannot know what waits in this browser.
    if (!pending && !services.isOwnForm(request)) return null
    const goesTo = pending ? ((await pending.renew?.()) ?? pending.returnTo) : null
    const name = displayText(displayName, 80) || subject
    const [, setCookie] = await sessions.start(request, { subject, displayName: name, amr })
    services.emit({ type: 'login_succeeded', subject, address: undefined })
    return { setCookie, returnTo: goesTo }
  }
}

function requestWith(headers: WithHeaders['headers'] | undefined): HttpRequest {
  if (typeof headers !== 'object') {
    throw new TypeError(
      'users.startSession: the first argument must be the request: the `Request`, or the `req` of Express or Node.',
    )
  }
  const { get } = headers
  return {
    method: 'POST',
    url: '/',
    headerValues: (name) =>
      typeof get === 'function' ? [get.call(headers, name) ?? []].flat() : [headers[name] ?? []].flat(),
    body: async () => new Uint8Array(),
    native: null,
  }
}
