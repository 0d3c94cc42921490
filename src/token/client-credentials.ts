/**
 * The client_credentials grant: a confidential client acts for itself. There is no user, no grant record and no refresh token.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 §4.4}
 * @module
 */

import { CLIENT_TOKEN_ID_BYTES, issueAccessToken } from '../access-token/access-token.js'
import { seconds } from '../access-token/claims.js'
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import { OAuthError } from '../edge/errors.js'
import type { HttpResponse } from '../edge/message.js'
import { refusedError } from '../edge/refused-error.js'
import { jsonResponse } from '../edge/responses.js'
import type { Parameters } from '../protocol/parameters.js'
import { requestedAccess } from '../protocol/resource.js'
import { scopeMember } from '../protocol/scope.js'
import { encodeBase64url } from '../runtime/hash.js'

export async function clientCredentials(
  deployment: Deployment,
  client: Client,
  form: Parameters,
): Promise<HttpResponse> {
  const { settings } = deployment
  // RFC 8707 §2.2: an access token is for one resource.
  if (form.resources.length > 1) throw refusedError('invalid_target')
  const asked = requestedAccess({ resources: form.resources, scope: form.get('scope') }, client, settings.resourceList)
  if (!asked.ok) throw new OAuthError(asked.error, asked.description)
  const [access] = asked.access
  const resource = access && settings.resources.get(access.resource)
  if (!access || !resource) throw refusedError('invalid_target')
  const now = deployment.now()
  const claims = await deployment.clientClaims?.({ client_id: client.client_id }, access)
  const token = {
    grantId: null,
    tokenId: encodeBase64url(deployment.randomBytes(CLIENT_TOKEN_ID_BYTES)),
    clientId: client.client_id,
    // RFC 9068 §2.2: without a user, the client is the subject.
    subject: client.client_id,
    ...access,
    issuedAt: now,
    expiresAt: now + resource.accessTokenLifetime,
    login: {},
    claims: claims ?? {},
  }
  const accessToken = await issueAccessToken(deployment, token, null)
  deployment.emit({ type: 'client_token_issued', clientId: client.client_id, resource: access.resource })
  // RFC 6749 §4.4.3: no refresh token.
  return jsonResponse(200, {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: seconds(token.expiresAt) - seconds(now),
    ...scopeMember(access.scope),
  })
}
