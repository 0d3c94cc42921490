/**
 * The token endpoint, from the client's authentication to the answer. Decide, sign, commit, answer, in that order: a failing
 * key never burns a refresh token, and a lost race never sends a token.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 §3.2}
 * @module
 */

import { TOKEN_ID_BYTES } from '../access-token/access-token.js'
import { asClient } from '../client-authentication/as-client.js'
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import { grantFacts } from '../deployment/end-grant.js'
import { OAuthError } from '../edge/errors.js'
import { isOverdue } from '../edge/in-time.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import { refusedError } from '../edge/refused-error.js'
import { REDEEM_ENTROPY, redeemCode } from '../grant/redeem-code.js'
import { REFRESH_ENTROPY, refresh } from '../grant/refresh.js'
import type { Grant } from '../grant/state.js'
import type { Parameters } from '../protocol/parameters.js'
import type { AccessChoice } from '../protocol/resource.js'
import { parseScope } from '../protocol/scope.js'
import { parseCode, parseRefreshToken } from '../protocol/token-string.js'
import { digest, encodeBase64url } from '../runtime/hash.js'
import type { Sender } from '../storage/advance.js'
import { clientCredentials } from './client-credentials.js'
import { issueTokens } from './issue-tokens.js'

export const token = (deployment: Deployment, request: HttpRequest): Promise<HttpResponse> =>
  asClient(deployment, request, (client, form) =>
    answer(deployment, client, form, {
      unsent: deployment.unsent,
      fingerprint: () => fingerprintOf(client, form),
      isOverdue: () => isOverdue(request),
    }),
  )

async function answer(deployment: Deployment, client: Client, form: Parameters, sender: Sender): Promise<HttpResponse> {
  const grantType = form.get('grant_type')
  switch (grantType) {
    case undefined:
      throw new OAuthError('invalid_request', 'grant_type is missing.')
    case 'authorization_code':
    case 'refresh_token':
    case 'client_credentials':
      break
    default:
      throw new OAuthError(
        'unsupported_grant_type',
        'grant_type must be authorization_code, refresh_token or client_credentials.',
      )
  }
  // RFC 6749 §5.2: unauthorized_client, when the client is not registered for the grant type.
  if (!client.grant_types.includes(grantType)) {
    throw new OAuthError('unauthorized_client', `This client is not registered for the grant type ${grantType}.`)
  }
  if (grantType === 'authorization_code') return redeem(deployment, client, form, sender)
  if (grantType === 'refresh_token') return rotate(deployment, client, form, sender)
  return clientCredentials(deployment, client, form)
}

async function redeem(deployment: Deployment, client: Client, form: Parameters, sender: Sender): Promise<HttpResponse> {
  const { settings } = deployment
  const code = parseCode(required(form, 'code'))
  if (!code) throw refusedError('forged')
  const entropy = deployment.randomBytes(REDEEM_ENTROPY + TOKEN_ID_BYTES)
  const input = {
    by: { issuer: settings.issuer, clientId: client.client_id },
    code,
    redirectUri: form.get('redirect_uri'),
    verifier: form.get('code_verifier'),
    // RFC 6749 §4.1.3: no scope here; the code has the scope that was approved.
    choice: accessChoice(deployment, client, form, undefined),
    refresh: client.grant_types.includes('refresh_token')
      ? { idleLifetime: settings.refreshIdleLifetime, jkt: null }
      : null,
  }
  const tokenId = encodeBase64url(entropy.subarray(REDEEM_ENTROPY))
  const step = (grant: Grant) => redeemCode(grant, input, deployment.now(), entropy.subarray(0, REDEEM_ENTROPY))
  const issued = await issueTokens(deployment, code.grantId, tokenId, step, sender)
  deployment.emit({ type: 'code_redeemed', ...grantFacts(issued.answer.grant) })
  return issued.response
}

async function rotate(deployment: Deployment, client: Client, form: Parameters, sender: Sender): Promise<HttpResponse> {
  const { settings } = deployment
  const presented = parseRefreshToken(required(form, 'refresh_token'))
  if (!presented) throw refusedError('forged')
  const scope = form.get('scope')
  const requestedScope = scope === undefined ? undefined : parseScope(scope)
  if (requestedScope === null) throw refusedError('invalid_scope')
  const entropy = deployment.randomBytes(REFRESH_ENTROPY + TOKEN_ID_BYTES)
  const input = {
    by: { issuer: settings.issuer, clientId: client.client_id },
    token: presented,
    jkt: null,
    choice: accessChoice(deployment, client, form, requestedScope),
    rules: {
      // RFC 9700 §2.2.2: refresh tokens of public clients are rotated.
      rotate: client.token_endpoint_auth_method === 'none' || client.rotate_refresh_tokens,
      retryWindow: settings.retryWindow,
      idleLifetime: settings.refreshIdleLifetime,
      peppers: deployment.peppers,
    },
  }
  const tokenId = encodeBase64url(entropy.subarray(REFRESH_ENTROPY))
  const step = (grant: Grant) => refresh(grant, input, deployment.now(), entropy.subarray(0, REFRESH_ENTROPY))
  // Within the retry window a token that is presented again gets its successor again, from any instance and in any number of tabs.
  const unsent = settings.retryWindow === 0 ? sender.unsent : null
  const issued = await issueTokens(deployment, presented.grantId, tokenId, step, { ...sender, unsent })
  const { grant, retried, presented: generation } = issued.answer
  deployment.emit({ type: retried ? 'refresh_retried' : 'refreshed', generation, ...grantFacts(grant) })
  return issued.response
}

/** RFC 8707 §2.2: an access token is for one resource, so a token request names at most one. */
function accessChoice(
  { settings }: Deployment,
  client: Client,
  form: Parameters,
  scope: readonly string[] | undefined,
): AccessChoice {
  if (form.resources.length > 1) throw refusedError('invalid_target')
  const { defaultResource, resourceList: definitions } = settings
  return { resource: form.resources[0], scope, defaultResource, limits: client, definitions }
}

/** Everything that makes a token request what it is. */
const fingerprintOf = ({ client_id }: Client, form: Parameters): string =>
  digest(JSON.stringify([client_id, decisive.map((name) => form.get(name) ?? null), form.resources]))

const decisive = ['grant_type', 'code', 'code_verifier', 'redirect_uri', 'refresh_token', 'scope']

function required(form: Parameters, name: string): string {
  const value = form.get(name)
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing.`)
  return value
}
