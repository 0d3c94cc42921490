/**
 * Challenges: how a refusal tells the client what to do.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 * @module
 */
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import { jsonResponse } from '../edge/responses.js'
import { bearerTokenIn } from '../protocol/bearer.js'
import { OFFLINE_ACCESS } from '../protocol/offline-access.js'
import { isScopeName } from '../protocol/scope.js'

/** The error codes that an API answers with. `docs/errors.md` explains each; a test holds it to these. */
export type ResourceErrorCode =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'temporarily_unavailable'

export interface Problem {
  readonly error: ResourceErrorCode
  readonly error_description: string
  readonly scope?: string
  readonly acr_values?: string
  readonly max_age?: string
}

export const invalidToken: Problem = {
  error: 'invalid_token',
  error_description: 'The access token is unknown, expired, revoked, or for another resource.',
}

export const insufficientScope = (needed: readonly string[], granted: readonly string[]): Problem => ({
  error: 'insufficient_scope',
  error_description: 'The access token does not have the scope that this needs.',
  scope: stepUp(needed, granted),
})

/** RFC 9470 §3: the user has to log in again, or in a stronger way. */
export const insufficientUserAuthentication = (
  acr: readonly string[],
  maxAge: number | undefined,
  needed: readonly string[],
  granted: readonly string[],
): Problem => ({
  error: 'insufficient_user_authentication',
  error_description: 'This needs a login that is more recent, or of another kind.',
  ...(acr.length > 0 && { acr_values: acr.join(' ') }),
  ...(maxAge !== undefined && { max_age: String(maxAge) }),
  ...(needed.length > 0 && { scope: stepUp(needed, granted) }),
})

/**
 * What a client asks for to get what is needed and keep what it has. RFC 6750 §3 wants the scope that is required; MCP 2026-07-28 leaves the
 * uniting to clients and allows servers to name more. Many clients take the challenge at its word, and would lose what they had.
 */
export function stepUp(needed: readonly string[], granted: readonly string[]): string {
  // A token of another issuer may hold anything, and this stands in a header. `offline_access` is asked of a server, and no resource needs it: MCP
  // keeps it out of challenges and resource metadata.
  const kept = granted.filter((name) => isScopeName(name) && name !== OFFLINE_ACCESS)
  const united = [...new Set([...kept, ...needed])].join(' ')
  return united.length > MAX_STEP_UP ? needed.join(' ') : united
}

/** Proxies take no more than 4 KB of headers. Beyond it clients unite by themselves, or lose what they had. */
const MAX_STEP_UP = 2_048

const twoTokens: Problem = {
  error: 'invalid_request',
  error_description: 'There must be one Authorization header.',
}

type Presented =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly status: number; readonly problem: Problem | null }

/** RFC 6750 §3.1: a request without credentials is told no error code. */
export const withoutToken: Presented = { ok: false, status: 401, problem: null }

/** RFC 6750 §2.1: the header is the only place that is looked at. RFC 9700 §4.3.2: never the query. */
export function bearerToken(request: HttpRequest): Presented {
  const [header, ...others] = request.headerValues('authorization')
  if (others.length > 0) return { ok: false, status: 400, problem: twoTokens }
  const token = bearerTokenIn(header ?? '')
  if (token) return { ok: true, token }
  return /^bearer\b/i.test(header ?? '') ? { ok: false, status: 401, problem: invalidToken } : withoutToken
}

/**
 * @param metadataUrl Where the metadata of the resource is, if it has any (RFC 9728 §5.1).
 * @param scope What the request needs, where the problem does not say it: what a client asks for first (RFC 6750 §3).
 */
export function challenge(
  status: number,
  problem: Problem | null,
  metadataUrl: string | undefined,
  scope: readonly string[] = [],
): HttpResponse {
  const needed = problem?.scope ?? scope.join(' ')
  const given = Object.entries({
    ...problem,
    ...(needed && { scope: needed }),
    ...(metadataUrl && { resource_metadata: metadataUrl }),
  })
  // RFC 6750 §3: at least one parameter follows the scheme.
  const parameters = given.length > 0 ? given : [['realm', 'api'] as const]
  const text = parameters.map(([name, value]) => ` ${name}=${quoted(value)}`).join(',')
  return jsonResponse(status, problem ?? {}, [['www-authenticate', `Bearer${text}`]])
}

/** RFC 9110 §5.6.4: a quoted string. */
const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`

/** @param retryAfter Milliseconds. */
export function unavailable(retryAfter: number): HttpResponse {
  const body: Problem = { error: 'temporarily_unavailable', error_description: 'Try again in a moment.' }
  return jsonResponse(503, body, [['retry-after', String(Math.max(1, Math.ceil(retryAfter / 1000)))]])
}
