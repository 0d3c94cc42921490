/**
 * From a request to its endpoint, with the one try/catch of the server: whatever an endpoint throws becomes a response and an
 * event here.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { newReference } from '../deployment/reference.js'
import { everyOrigin, preflightResponse } from '../edge/cors.js'
import { errorResponse, OAuthError } from '../edge/errors.js'
import { inTime } from '../edge/in-time.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import { emptyResponse, withHeaders } from '../edge/responses.js'
import { failurePage, protocolErrorPage } from '../pages/problem-pages.js'
import type { Answer, PageAnswer } from '../pages/views.js'
import type { Endpoint } from '../points/endpoint.js'
import { asciiLowerCase } from '../protocol/ascii.js'
import { quoted } from '../protocol/hint.js'
import { fromClient } from './from-client.js'

/**
 * Null for a path that is none of the server's. One slash at the end of a path of the server is accepted: frameworks and proxies put it
 * there (`trailingSlash` of Next.js).
 */
export function createRouter(
  endpoints: readonly Endpoint[],
  deployment: Deployment,
): (request: HttpRequest) => Promise<HttpResponse> | null {
  const visitOf = fromClient(deployment)
  const byPath = new Map(endpoints.flatMap((endpoint) => endpoint.paths.map((path) => [path, endpoint] as const)))
  return (request) => {
    const query = request.url.indexOf('?')
    const path = query < 0 ? request.url : request.url.slice(0, query)
    const endpoint = byPath.get(path) ?? (/[^/]\/$/.test(path) ? byPath.get(path.slice(0, -1)) : undefined)
    return endpoint ? answer(endpoint, deployment, visitOf(request)) : null
  }
}

async function answer(endpoint: Endpoint, deployment: Deployment, visit: HttpRequest): Promise<HttpResponse> {
  if (visit.ready) await visit.ready()
  const { method } = visit
  if (method === 'OPTIONS' && endpoint.cors) return preflight(endpoint, visit)
  const name = method === 'HEAD' ? 'GET' : method
  // Own members only: a method may be called `constructor`.
  const handler = Object.hasOwn(endpoint.methods, name) ? endpoint.methods[name] : undefined
  if (!handler) return withHeaders(emptyResponse(405), [['allow', Object.keys(endpoint.methods).join(', ')]])
  const { settings, storage } = deployment
  const work = (visit: HttpRequest) => carryOut(endpoint, handler, deployment, visit)
  // A store that never waits needs nobody to watch the time.
  let response = await (storage.settlesByItself
    ? work(visit)
    : inTime(visit, settings.requestTimeout, work).catch((error) => failure(endpoint, deployment, visit, error, true)))
  if (response.status === 401) response = challenged(response)
  if (endpoint.cors) response = withHeaders(response, everyOrigin)
  return method === 'HEAD' ? { ...response, body: '' } : response
}

async function carryOut(
  endpoint: Endpoint,
  handler: NonNullable<Endpoint['methods'][string]>,
  deployment: Deployment,
  request: HttpRequest,
): Promise<HttpResponse> {
  try {
    let said: Answer
    try {
      said = await handler(request)
    } catch (error) {
      // What `render` throws below is a failure, whatever it is.
      if (!(error instanceof OAuthError)) throw error
      said = refusal(endpoint, deployment, error)
    }
    if (!('view' in said)) return said
    pageRefusal(endpoint, deployment, request, said)
    return await deployment.pages.render(request, said)
  } catch (error) {
    return failure(endpoint, deployment, request, error)
  }
}

/** A protocol error that an endpoint throws is an answer as well. */
function refusal(endpoint: Endpoint, deployment: Deployment, error: OAuthError): Answer {
  const { code, reason, clientId, redirectUri, message, hint } = error
  const reference = endpoint.answers === 'page' ? newReference(deployment) : undefined
  deployment.emit({
    type: 'refused',
    endpoint: endpoint.name,
    error: code,
    reason,
    clientId,
    redirectUri,
    description: message,
    hint,
    reference,
  })
  return reference === undefined
    ? errorResponse(error)
    : withHeaders(protocolErrorPage(error, reference), error.headers)
}

/** A page that goes no further is a refusal, too, but not one that says that all is well. One with a reference has been told of. */
function pageRefusal(endpoint: Endpoint, { emit }: Deployment, request: HttpRequest, { view }: PageAnswer): void {
  if (view.page !== 'error' || view.reference !== undefined) return
  const { problem, code: error = 'access_denied' } = view
  if (problem === 'busy' || problem === 'failure' || problem === 'clientMistake' || problem === 'loggedIn') return
  const [origin = ''] = request.headerValues('origin')
  const hint =
    problem === 'foreign'
      ? `Received a form of ${quoted(origin)}; pages of your own elsewhere must be in pages.frontEnds.`
      : undefined
  emit({ type: 'refused', endpoint: endpoint.name, error, reason: `page_${problem}`, clientId: undefined, hint })
}

async function failure(
  endpoint: Endpoint,
  deployment: Deployment,
  request: HttpRequest,
  error: unknown,
  isOverdue = false,
): Promise<HttpResponse> {
  const { emit, pages } = deployment
  const reference = endpoint.answers === 'page' ? newReference(deployment) : ''
  emit({ type: 'failed', endpoint: endpoint.name, cause: error, reference })
  if (endpoint.answers !== 'page') return errorResponse(error)
  const page = failurePage(error, reference)
  // The app's own page may be what took so long.
  if (isOverdue) return pages.renderShipped(request, page)
  try {
    return await pages.render(request, page)
  } catch {
    // The app's own `render`, or the source of randomness: what has failed may be just that.
    return pages.renderShipped(request, page)
  }
}

/** RFC 9110 §15.5.2: a 401 always has a challenge. That of who has none is of a scheme that no browser answers with a window of its own. */
const challenged = (response: HttpResponse): HttpResponse =>
  response.headers.some(([name]) => asciiLowerCase(name) === 'www-authenticate')
    ? response
    : withHeaders(response, [['www-authenticate', 'Client realm="client"']])

/** Without credentials: no cookie of ours is ever readable by another origin's script. */
const preflight = ({ methods }: Endpoint, request: HttpRequest): HttpResponse =>
  preflightResponse(request, everyOrigin, { methods: Object.keys(methods), maxAge: 86_400 })
