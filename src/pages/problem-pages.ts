/**
 * The pages that a person sees when a request cannot go on: what happened, whose fault it probably is, what to do. Nothing of
 * the request is repeated.
 *
 * @module
 */
import { type OAuthError, Unavailable } from '../edge/errors.js'
import type { HttpRequest } from '../edge/message.js'
import type { ClientSettings } from '../protocol/client-settings.js'
import type { ErrorView } from './error.js'
import type { Problem } from './messages.js'
import { type PageAnswer, show } from './views.js'
import type { Ways } from './ways.js'

const statuses = {
  expired: 400,
  cookies: 400,
  answered: 409,
  foreign: 403,
  tooMany: 429,
  unreadable: 400,
  busy: 503,
  failure: 500,
  loginMissing: 403,
  embedded: 403,
  loggedIn: 200,
  clientMistake: 400,
} as const satisfies { readonly [problem in Problem]: number }

/** @param more what is known beside the problem. */
export const problemPage = (problem: Problem, more: Omit<Partial<ErrorView>, 'page' | 'problem'> = {}): PageAnswer =>
  show({ page: 'error', problem, status: statuses[problem], ...more })

/** What a form or a link speaks of is not there. Without a single cookie it is most likely the browser that keeps none. */
export const nothingPendingPage = (request: HttpRequest, ways: Ways = {}): PageAnswer =>
  problemPage(request.headerValues('cookie').length === 0 ? 'cookies' : 'expired', ways)

/** What a page says of who asked: a client without a name is known by its id. */
export const asker = ({
  client_id,
  client_name,
  client_uri,
}: ClientSettings & { readonly client_id: string }): Ways => ({
  clientName: client_name ?? client_id,
  clientUrl: client_uri,
})

/** Who asked has got its answer: the way on leads back there. */
export const answeredPage = ({ client_name, client_uri }: ClientSettings): PageAnswer =>
  problemPage('answered', { clientName: client_name, clientUrl: client_uri })

/** A form that this server would not have made. */
export const unreadableFormPage = (): PageAnswer => problemPage('unreadable', { code: 'invalid_request' })

/** `wait` in milliseconds. */
export const tooManyPage = (wait: number, ways: Ways = {}): PageAnswer =>
  problemPage('tooMany', { retryAfter: Math.ceil(wait / 1000), ...ways })

/** For what nobody foresaw, or a store that is away. The reference is in the event, too. */
export const failurePage = (error: unknown, reference: string): PageAnswer =>
  error instanceof Unavailable
    ? problemPage('busy', { code: 'temporarily_unavailable', reference, retryAfter: 1 })
    : problemPage('failure', { code: 'server_error', reference })

/** A protocol error in what a person's browser sent: a form that is too large or unreadable, a client that is not what it should be. */
export function protocolErrorPage({ status, code, message }: OAuthError, reference: string): PageAnswer {
  if (code === 'invalid_client') return problemPage('clientMistake', { code, detail: message, reference })
  if (code === 'temporarily_unavailable') return problemPage('busy', { code, detail: message, reference })
  return problemPage('unreadable', { status, code, detail: message, reference })
}
