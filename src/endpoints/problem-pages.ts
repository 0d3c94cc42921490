/**
 * The pages that a person sees when a request cannot go on: what happened, whose fault it probably is, what to do. Nothing of
 * the request is repeated.
 *
 * @module
 */
import { type OAuthError, Unavailable } from '../errors.js'
import type { HttpResponse } from '../message.js'
import { errorPage } from '../pages/error.js'
import type { PageProblem } from '../protocol/authorization-request.js'
import { withHeaders } from '../responses.js'

/** RFC 9700 §4.11.2: nobody is known to whom this could be sent. */
export const refusedClientPage = ({ description }: PageProblem): HttpResponse =>
  errorPage({
    status: 400,
    title: 'This app made a mistake',
    explanation: `The app that sent you here asked in a way that cannot be answered: ${description}`,
    advice: 'You did nothing wrong. Go back, and if it happens again, tell the people who make the app.',
    code: 'invalid_request',
  })

export const expiredPage = (): HttpResponse =>
  errorPage({
    status: 400,
    title: 'This page is no longer valid',
    explanation: 'It waited too long, belongs to another browser, or your browser refuses cookies.',
    advice: 'Go back to the app you came from and start again. If that does not help, allow cookies for this site.',
  })

export const alreadyAnsweredPage = (): HttpResponse =>
  errorPage({
    status: 409,
    title: 'This was answered already',
    explanation: 'The app has got its answer. It is given only once.',
    advice: 'Go back to the app. If it still asks, start again from there.',
  })

export const foreignFormPage = (): HttpResponse =>
  errorPage({
    status: 403,
    title: 'This form came from another site',
    explanation: 'Another page tried to answer in your name. Nothing was granted.',
    advice: 'Go back to the app you came from and start again.',
  })

/** `wait` in milliseconds. */
export const tooManyPage = (wait: number): HttpResponse =>
  withHeaders(
    errorPage({
      status: 429,
      title: 'Too many requests',
      explanation: 'From here, very many logins were started in a short time.',
      advice: 'Wait some minutes, then go back to the app and start again.',
    }),
    [['retry-after', String(Math.ceil(wait / 1000))]],
  )

export const unreadableFormPage = (): HttpResponse =>
  errorPage({
    status: 400,
    title: 'The form could not be read',
    explanation: 'Something in it is missing or was changed on the way. Nothing was granted.',
    advice: 'Go back and try again.',
    code: 'invalid_request',
  })

/** For what nobody foresaw, or a store that is away. The reference is in the event, too. */
export function failurePage(error: unknown, reference: string): HttpResponse {
  const isAway = error instanceof Unavailable
  const page = errorPage({
    status: isAway ? 503 : 500,
    title: isAway ? 'Too busy at the moment' : 'Something went wrong',
    explanation: isAway ? 'The server cannot answer right now.' : 'The server made a mistake. Nothing was granted.',
    advice: 'Try again in a moment. If it happens again, tell the operator of this site the reference below.',
    code: isAway ? 'temporarily_unavailable' : 'server_error',
    reference,
  })
  return isAway ? withHeaders(page, [['retry-after', '1']]) : page
}

/** A protocol error in a form that a person sent: too large, unreadable. */
export const protocolErrorPage = ({ status, code, message }: OAuthError): HttpResponse =>
  errorPage({
    status,
    title: 'This could not be read',
    explanation: message,
    advice: 'Go back and try again.',
    code,
  })
