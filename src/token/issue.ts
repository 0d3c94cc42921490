/**
 * Decide, sign, commit, answer: how tokens are issued, from a grant or without one.
 *
 * @module
 */

import { CLIENT_TOKEN_ID_BYTES, issueAccessToken } from '../access-token/access-token.js'
import { seconds } from '../access-token/claims.js'
import type { AccessToken } from '../access-token/token.js'
import type { Client } from '../clients/client.js'
import { emitIfRevoked, endGrant } from '../deployment/end-grant.js'
import type { HttpResponse } from '../edge/message.js'
import { refusedError } from '../edge/refused-error.js'
import { jsonResponse } from '../edge/responses.js'
import type { Issued } from '../grant/redeem-code.js'
import type { Grant } from '../grant/state.js'
import type { Step } from '../grant/step.js'
import type { LoneToken } from '../points/grant-type.js'
import type { Deployed } from '../points/tables.js'
import type { ResourceAccess } from '../protocol/resource.js'
import { scopeMember } from '../protocol/scope.js'
import { encodeBase64url } from '../runtime/hash.js'
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
export async function issueFromGrant<Answer extends Issued>(
  deployment: Deployed,
  grantId: string,
  tokenId: string,
  decide: (grant: Grant) => Step<Answer>,
  sender: Sender,
): Promise<{ readonly answer: Answer; readonly response: HttpResponse }> {
  let claims: Promise<Claims | null> | undefined
  let outcome: Outcome<Answer, HttpResponse>
  try {
    const prepare = async (answer: Answer) => {
      const { grant, resource, scope } = answer
      claims ??= userClaims(deployment, grant.subject, grant.clientId, answer)
      const found = await claims
      if (!found) throw new SubjectGone()
      const issuedAt = deployment.now()
      const token = {
        grantId: grant.id,
        tokenId,
        clientId: grant.clientId,
        subject: grant.subject,
        resource,
        scope,
        issuedAt,
        // No access token outlives its grant.
        expiresAt: Math.min(issuedAt + lifetimeAt(deployment, resource), grant.endsAt),
        login: grant.login,
        claims: found,
      }
      return tokenResponse(deployment, token, grant, answer.refreshToken)
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

/** Answers with a token that no grant stands behind. */
export async function issueAlone(
  deployment: Deployed,
  { client_id: clientId }: Client,
  { subject = clientId, access, claims }: LoneToken,
): Promise<HttpResponse> {
  const now = deployment.now()
  const tokenId = encodeBase64url(deployment.randomBytes(CLIENT_TOKEN_ID_BYTES))
  const found = claims ?? (await claimsWithoutGrant(deployment, subject, clientId, access))
  if (!found) throw refusedError('revoked')
  const { resource, scope } = access
  const expiresAt = now + lifetimeAt(deployment, resource)
  const token = {
    grantId: null,
    tokenId,
    clientId,
    subject,
    resource,
    scope,
    issuedAt: now,
    expiresAt,
    login: {},
    claims: found,
  }
  const response = await tokenResponse(deployment, token, null, null)
  deployment.emit({ type: 'client_token_issued', clientId, resource })
  return response
}

/** Null when the user is gone or blocked. An app without the hook has no further claims. */
function userClaims(
  { users }: Deployed,
  subject: string,
  client_id: string,
  { scope, resource }: ResourceAccess,
): Promise<Claims | null> {
  return users.claims ? users.claims(subject, { client_id, scope, resource }) : Promise.resolve({})
}

/** RFC 9068 §2.2: without a user, the client is the subject. */
async function claimsWithoutGrant(
  deployment: Deployed,
  subject: string,
  client_id: string,
  access: ResourceAccess,
): Promise<Claims | null> {
  if (subject !== client_id) return userClaims(deployment, subject, client_id, access)
  return (await deployment.clientClaims?.({ client_id }, access)) ?? {}
}

/** The resource was granted, but it may be no longer configured. */
function lifetimeAt({ settings }: Deployed, resource: string): number {
  const lifetime = settings.resources.get(resource)?.accessTokenLifetime
  if (lifetime === undefined) throw refusedError('invalid_target')
  return lifetime
}

/** RFC 6749 §5.1. The scope is always told, also where it is what was asked for. */
async function tokenResponse(
  deployment: Deployed,
  token: AccessToken,
  grant: Grant | null,
  refreshToken: string | null,
): Promise<HttpResponse> {
  return jsonResponse(200, {
    access_token: await issueAccessToken(deployment, token, grant),
    token_type: 'Bearer',
    expires_in: seconds(token.expiresAt) - seconds(token.issuedAt),
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    ...scopeMember(token.scope),
  })
}
