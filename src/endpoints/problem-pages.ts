/**
 * The pages that a person sees when a request cannot go on: what happened, whose fault it probably is, what to do. Nothing of
 * the request is repeated.
 *
 * @module
 */
import { type OAuthError, Unavailable } from '../errors.js'
import type { HttpResponse } from '../message.js'
import { errorPage } from '../pages/error.js'
import { en } from '../pages/messages.js'
import type { PageProblem } from '../protocol/authorization-request.js'
import { withHeaders } from '../responses.js'

const text = en.problem

/** RFC 9700 §4.11.2: nobody is known to whom this could be sent. */
export const refusedClientPage = ({ description }: PageProblem): HttpResponse =>
  errorPage({ status: 400, ...en.clientMistake(description), code: 'invalid_request' })

export const expiredPage = (): HttpResponse => errorPage({ status: 400, ...text.expired })

export const alreadyAnsweredPage = (): HttpResponse => errorPage({ status: 409, ...text.answered })

export const foreignFormPage = (): HttpResponse => errorPage({ status: 403, ...text.foreign })

/** Somebody came back from the login, and is not logged in. */
export const loginMissingPage = (): HttpResponse => errorPage({ status: 403, ...text.loginMissing })

/** Somebody asked for a page without going there. */
export const embeddedPage = (): HttpResponse => errorPage({ status: 403, ...text.embedded })

/** `wait` in milliseconds. */
export const tooManyPage = (wait: number): HttpResponse =>
  withHeaders(errorPage({ status: 429, ...text.tooMany }), [['retry-after', String(Math.ceil(wait / 1000))]])

export const unreadableFormPage = (): HttpResponse =>
  errorPage({ status: 400, ...text.unreadable, code: 'invalid_request' })

/** For what nobody foresaw, or a store that is away. The reference is in the event, too. */
export function failurePage(error: unknown, reference: string): HttpResponse {
  if (!(error instanceof Unavailable)) {
    return errorPage({ status: 500, ...text.failure, code: 'server_error', reference })
  }
  const page = errorPage({ status: 503, ...text.busy, code: 'temporarily_unavailable', reference })
  return withHeaders(page, [['retry-after', '1']])
}

/** A protocol error in a form that a person sent: too large, unreadable. */
export const protocolErrorPage = ({ status, code, message }: OAuthError): HttpResponse =>
  errorPage({ status, ...text.unreadableRequest, explanation: message, code })
