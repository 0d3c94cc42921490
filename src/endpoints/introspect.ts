/**
 * The introspection endpoint. A caller sees its own tokens, and those for the resources that its record says it serves;
 * everything else is `{ "active": false }` and nothing more.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662 RFC 7662}
 * @module
 */

import { findLiveAccessToken } from '../access-token/access-token.js'
import { largestOf, loginClaims, seconds } from '../access-token/claims.js'
import { withoutProtocolClaims } from '../access-token/jwt.js'
import { isKeyUnread, termsStand } from '../access-token/terms.js'
import type { LiveAccessToken } from '../access-token/token.js'
import type { Client } from '../clients/client.js'
import { OAuthError } from '../edge/errors.js'
import type { HttpResponse } from '../edge/message.js'
import { jsonResponse } from '../edge/responses.js'
import { isCurrent } from '../grant/refresh.js'
import type { Endpoint } from '../points/endpoint.js'
import type { AsClient } from '../points/feature.js'
import type { Deployed } from '../points/tables.js'
import { isPublicClient } from '../protocol/client-settings.js'
import { cnfOf, tokenTypeOf } from '../protocol/confirmation.js'
import { MAX_JSON_BYTES } from '../protocol/json.js'
import { withOfflineAccess } from '../protocol/offline-access.js'
import type { Parameters } from '../protocol/parameters.js'
import { scopeMember } from '../protocol/scope.js'
import { unknownRestriction } from '../protocol/terms.js'
import { parseRefreshToken, type RefreshToken } from '../protocol/token-string.js'
import { isLongerThan } from '../runtime/hash.js'
import type { Claims } from '../users/contract.js'

export const introspectionEndpoint = (deployment: Deployed, asClient: AsClient): Endpoint => ({
  name: 'introspect',
  paths: [deployment.urls.paths.introspect],
  methods: { POST: (request) => asClient(request, (client, form) => answer(deployment, client, form)) },
  answers: 'json',
  cors: false,
  metadata: {
    introspection_endpoint: deployment.urls.of('introspect'),
    introspection_endpoint_auth_methods_supported: [...deployment.tables.clients.authenticationMethods.keys()].filter(
      (method) => !isPublicClient({ token_endpoint_auth_method: method }),
    ),
  },
})

async function answer(deployment: Deployed, client: Client, form: Parameters): Promise<HttpResponse> {
  // RFC 7662 §2.1: the caller is authorized. A client_id alone, which everybody may know, authorizes nobody.
  if (isPublicClient(client)) {
    throw new OAuthError('unauthorized_client', 'Only a client with a secret may introspect tokens.', {
      status: 403,
      reason: 'introspection_public',
      hint: 'Register the API as a client of its own, with a secret and `serves`.',
    })
  }
  const token = form.get('token')
  if (token === undefined) throw new OAuthError('invalid_request', 'token is missing.', { reason: 'parameter_missing' })
  const refreshToken = parseRefreshToken(token)
  const facts = refreshToken
    ? await refreshTokenFacts(deployment, client, refreshToken)
    : await accessTokenFacts(deployment, client, token)
  // RFC 7662 §2.2: of a token that is not active, or not the caller's business, nothing else is told.
  const response = jsonResponse(200, facts ?? { active: false })
  // What the app says of an opaque token is in no token, so nothing has bounded it yet.
  if (facts && isLongerThan(response.body, MAX_JSON_BYTES)) {
    throw new Error(`An answer about a token would have more than ${MAX_JSON_BYTES} bytes. ${largestOf(facts)}`)
  }
  return response
}

interface Facts {
  readonly active: true
  readonly [name: string]: unknown
}

async function accessTokenFacts(deployment: Deployed, client: Client, text: string): Promise<Facts | null> {
  const live = await findLiveAccessToken(deployment, text)
  if (!live) return null
  const { token } = live
  // RFC 7662 §4: only tokens that are meant for the caller.
  if (token.clientId !== client.client_id && !client.serves.includes(token.resource)) return null
  const claims = await currentClaims(deployment, text, live)
  if (!claims) return null
  return {
    ...withoutProtocolClaims(claims),
    iss: deployment.settings.issuer,
    sub: await subjectFor(deployment, client, live),
    aud: token.resource,
    client_id: token.clientId,
    ...scopeMember(token.scope),
    token_type: tokenTypeOf(token.confirmation),
    iat: seconds(token.issuedAt),
    exp: seconds(token.expiresAt),
    ...loginClaims(token.login),
    ...(token.confirmation && { cnf: cnfOf(token.confirmation) }),
    active: true,
  }
}

/** The client itself learns no more of its user than elsewhere; an API is told whom it serves. */
const subjectFor = (
  deployment: Deployed,
  client: Client,
  { token: { clientId, subject }, grant }: LiveAccessToken,
): string | Promise<string> =>
  clientId === client.client_id && subject !== clientId
    ? deployment.knownAs(
        client,
        grant?.subject ?? subject,
        grant && 'code' in grant ? grant.code.redirectUri : undefined,
      )
    : subject

/** A JWT carries its claims; for an opaque token they are asked for now. Null when the user is gone, or what was granted does not stand. */
async function currentClaims(
  deployment: Deployed,
  text: string,
  { token, grant }: LiveAccessToken,
): Promise<Claims | null> {
  if (!text.startsWith('gwat_')) return token.claims
  const context = {
    client_id: token.clientId,
    scope: token.scope,
    resource: token.resource,
    for: 'access_token' as const,
  }
  if (token.grantId === null && token.subject === token.clientId) {
    return (await deployment.clientClaims?.(context, context)) ?? {}
  }
  const claims = deployment.users.claims ? await deployment.users.claims(token.subject, context) : {}
  if (grant?.status === 'active' && grant.terms && !(await termsStand(deployment, grant))) return null
  return claims && { ...claims, ...token.claims }
}

/** RFC 7662 §4: without token_type and aud, so that a refresh token never passes for an access token. */
async function refreshTokenFacts(deployment: Deployed, client: Client, token: RefreshToken): Promise<Facts | null> {
  const grant = (await deployment.grants.get(token.grantId))?.value
  if (grant?.status !== 'active' || grant.clientId !== client.client_id) return null
  if (!grant.refresh || !isCurrent(grant, token, deployment.now())) return null
  if (unknownRestriction(grant.terms, deployment.tables.terms) !== undefined) return null
  // Nothing is issued for it where nobody reads proofs of keys.
  if (isKeyUnread(deployment, grant)) return null
  const names = [...new Set(grant.access.flatMap(({ scope }) => scope))]
  return {
    iss: deployment.settings.issuer,
    sub: await deployment.knownAs(client, grant.subject, grant.code.redirectUri),
    client_id: grant.clientId,
    scope: withOfflineAccess(names, grant.offlineAccess === true).join(' '),
    exp: seconds(Math.min(grant.refresh.idleUntil, grant.endsAt)),
    active: true,
  }
}
