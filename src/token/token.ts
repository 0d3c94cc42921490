/**
 * The token endpoint: who asks, and for which grant type. The grant types are rows of a table.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 §3.2}
 * @module
 */
import { OAuthError, type RefusalReason } from '../edge/errors.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import type { AsClient } from '../points/feature.js'
import type { Deployed } from '../points/tables.js'
import { isPublicClient } from '../protocol/client-settings.js'
import type { Confirmation } from '../protocol/confirmation.js'
import { listed, quoted } from '../protocol/hint.js'
import { orList } from '../protocol/spelling.js'
import { confirmKey } from './confirm.js'
import { tokenRequest } from './token-request.js'

export function tokenEndpoint(
  deployment: Deployed,
  asClient: AsClient,
): (request: HttpRequest) => Promise<HttpResponse> {
  const { grantTypes, keyProofs } = deployment.tables
  const unsupported = `grant_type must be ${orList([...grantTypes.keys()])}.`
  return (http) =>
    asClient(http, (client, form) => {
      const name = form.get('grant_type')
      if (name === undefined)
        throw new OAuthError('invalid_request', 'grant_type is missing.', { reason: 'parameter_missing' })
      const grantType = grantTypes.get(name)
      const isRegistered = client.grant_types.includes(name)
      if (!grantType && !isRegistered)
        throw new OAuthError('unsupported_grant_type', unsupported, {
          reason: 'grant_type_unknown',
          hint: `Received ${quoted(name)}.`,
        })
      // The client was registered when a feature brought it; it does not fall back to anything else.
      if (!grantType)
        throw unauthorized(
          `This server does not serve the grant type ${name} now.`,
          'grant_type_not_served',
          'The feature that brings it is missing from the option features.',
        )
      // RFC 6749 §4.4: whoever may be registered for it may change with the feature.
      if (!grantType.publicClients && isPublicClient(client))
        throw unauthorized(
          `Public clients cannot use the grant type ${name}.`,
          'grant_type_confidential',
          'Its token_endpoint_auth_method is none.',
        )
      // RFC 6749 §5.2: unauthorized_client, when the client is not registered for the grant type.
      if (!isRegistered) {
        throw unauthorized(
          `This client is not registered for the grant type ${name}.`,
          'grant_type_not_registered',
          `Its grant_types are ${listed(client.grant_types)}.`,
        )
      }
      const answer = (confirmation: Confirmation | undefined) =>
        grantType.answer(tokenRequest(deployment, { client, form, http, confirmation, by: name }))
      return keyProofs.size > 0 ? confirmKey(deployment, client, http).then(answer) : answer(undefined)
    })
}

const unauthorized = (description: string, reason: RefusalReason, hint: string): OAuthError =>
  new OAuthError('unauthorized_client', description, { reason, hint })
