/**
 * The revocation endpoint. Unknown and foreign tokens get the same 200 as revoked ones.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009 RFC 7009}
 * @module
 */

import { clientTokenRecordId, verifyAccessToken } from '../access-token/access-token.js'
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import { emitIfRevoked, grantFacts } from '../deployment/end-grant.js'
import { OAuthError } from '../edge/errors.js'
import type { HttpResponse } from '../edge/message.js'
import { emptyResponse } from '../edge/responses.js'
import { revokeAccessToken, revokeByRefreshToken } from '../grant/revoke.js'
import type { Endpoint } from '../points/endpoint.js'
import type { AsClient } from '../points/feature.js'
import type { Deployed } from '../points/tables.js'
import type { Parameters } from '../protocol/parameters.js'
import { parseRefreshToken, type RefreshToken } from '../protocol/token-string.js'
import { advance } from '../storage/advance.js'

export const revocationEndpoint = (deployment: Deployed, asClient: AsClient): Endpoint => ({
  name: 'revoke',
  paths: [deployment.urls.paths.revoke],
  methods: { POST: (request) => asClient(request, (client, form) => answer(deployment, client, form)) },
  answers: 'json',
  cors: true,
  metadata: {
    revocation_endpoint: deployment.urls.of('revoke'),
    revocation_endpoint_auth_methods_supported: [...deployment.tables.clients.authenticationMethods.keys()],
  },
})

async function answer(deployment: Deployment, client: Client, form: Parameters): Promise<HttpResponse> {
  const token = form.get('token')
  if (token === undefined) throw new OAuthError('invalid_request', 'token is missing.', { reason: 'parameter_missing' })
  // RFC 7009 §2.1: token_type_hint only orders the search. A token tells its own type here, so there is nothing to order.
  const refreshToken = parseRefreshToken(token)
  if (refreshToken) await endFamily(deployment, client, refreshToken)
  else await endAccessToken(deployment, client, token)
  return emptyResponse(200, [['cache-control', 'no-store']])
}

/** RFC 7009 §2.1: revoking a refresh token ends the access tokens of the grant, too. */
async function endFamily(deployment: Deployment, client: Client, token: RefreshToken): Promise<void> {
  const by = { issuer: deployment.settings.issuer, clientId: client.client_id }
  const outcome = await advance(
    deployment.grants,
    token.grantId,
    (grant) => revokeByRefreshToken(grant, by, token, deployment.now()),
    () => null,
  )
  if (outcome.moved && outcome.grant) emitIfRevoked(deployment, outcome.grant)
}

async function endAccessToken(deployment: Deployment, client: Client, text: string): Promise<void> {
  const token = (await verifyAccessToken(deployment, text))?.token
  if (!token || token.clientId !== client.client_id || deployment.now() >= token.expiresAt) return
  if (token.grantId === null) {
    const id = clientTokenRecordId(deployment, token)
    await deployment.revokedTokens.insert({ id, issuer: deployment.settings.issuer, expiresAt: token.expiresAt })
    return
  }
  const by = { issuer: deployment.settings.issuer, clientId: client.client_id }
  const outcome = await advance(
    deployment.grants,
    token.grantId,
    (grant) => revokeAccessToken(grant, by, token, deployment.now()),
    () => null,
  )
  if (outcome.moved && outcome.grant) {
    deployment.emit({ type: 'access_token_revoked', tokenId: token.tokenId, ...grantFacts(outcome.grant) })
  }
}
