/**
 * Decide, sign, commit, answer: what redeeming a code and refreshing have in common.
 *
 * @module
 */

import { issueAccessToken } from '../access-token/access-token.js'
import { seconds } from '../access-token/claims.js'
import type { Deployment } from '../deployment/deployment.js'
import { emitIfRevoked, endGrant } from '../deployment/end-grant.js'
import type { HttpResponse } from '../edge/message.js'
import { refusedError } from '../edge/refused-error.js'
import { jsonResponse } from '../edge/responses.js'
import type { Issued } from '../grant/redeem-code.js'
import type { Grant } from '../grant/state.js'
import type { Step } from '../grant/step.js'
import { scopeMember } from '../protocol/scope.js'
import { advance, type Sender } from '../storage/advance.js'
import type { Outcome } from '../storage/outcome.js'
import type { Claims } from '../users/contract.js'

/**
 * Advances a grant by one step and issues what the step allows. The claims are fetched once, the token is signed before the
 * swap, and it is sent only if the swap is won.
 *
 * @param sender keeps the answer when nobody knows whether the swap was won.
 * @throws {OAuthError} when the step is refused, or the user is gone, which ends the grant.
 * @throws {Unavailable} when the store fails; then nothing was sent and a retry gets in.
 */
export async function issueTokens<Answer extends Issued>(
  deployment: Deployment,
  grantId: string,
  tokenId: string,
  decide: (grant: Grant) => Step<Answer>,
  sender: Sender,
): Promise<{ readonly answer: Answer; readonly response: HttpResponse }> {
  let claims: Promise<Claims | null> | undefined
  let outcome: Outcome<Answer, HttpResponse>
  try {
    const prepare = async (answer: Answer) => {
      claims ??= userClaims(deployment, answer)
      const found = await claims
      if (!found) throw new SubjectGone()
      return tokenResponse(deployment, answer, tokenId, found)
    }
    outcome = await advance(deployment.grants, grantId, decide, prepare, sender)
  } catch (error) {
    if (!(error instanceof SubjectGone)) throw error
    await endGrant(deployment, grantId, 'subject_gone')
    throw refusedError('revoked')
  }
  if (outcome.ok) return { answer: outcome.answer, response: outcome.prepared }
  if (outcome.moved && outcome.grant) emitIfRevoked(deployment, outcome.grant)
  throw refusedError(outcome.refusal)
}

class SubjectGone extends Error {}

/** Null when the user is gone or blocked. An app without the hook has no further claims. */
function userClaims({ users }: Deployment, { grant, scope, resource }: Issued): Promise<Claims | null> {
  const context = { client_id: grant.clientId, scope, resource }
  return users.claims ? users.claims(grant.subject, context) : Promise.resolve({})
}

/** RFC 6749 §5.1. The scope is always told, also where it is what was asked for. */
async function tokenResponse(
  deployment: Deployment,
  { grant, resource, scope, refreshToken }: Issued,
  tokenId: string,
  claims: Claims,
): Promise<HttpResponse> {
  const now = deployment.now()
  const lifetime = deployment.settings.resources.get(resource)?.accessTokenLifetime
  // The resource was granted, but is no longer configured.
  if (lifetime === undefined) throw refusedError('invalid_target')
  const token = {
    grantId: grant.id,
    tokenId,
    clientId: grant.clientId,
    subject: grant.subject,
    resource,
    scope,
    issuedAt: now,
    // No access token outlives its grant.
    expiresAt: Math.min(now + lifetime, grant.endsAt),
    login: grant.login,
    claims,
  }
  return jsonResponse(200, {
    access_token: await issueAccessToken(deployment, token, grant),
    token_type: 'Bearer',
    expires_in: seconds(token.expiresAt) - seconds(now),
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    ...scopeMember(scope),
  })
}
