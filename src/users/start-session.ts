/**
 * A session for somebody whom the app itself has just made sure of: who signed up, or chose a new password.
 *
 * @module
 */
import type { HttpRequest } from '../edge/message.js'
import { displayText } from '../pages/html.js'
import type { StartSession, WithHeaders } from './new-session.js'
import { parseReturnTo } from './return-to.js'
import type { UserServices } from './services.js'
import type { Sessions } from './session.js'
import { checkSubject } from './subject.js'

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
