/**
 * Decide, sign, commit, answer: how tokens are issued, from a grant or without one.
 *
 * @module
 */

import { CLIENT_TOKEN_ID_BYTES, issueAccessToken } from '../access-token/access-token.js'
import { seconds } from '../access-token/claims.js'
import { checkServed, termClaims, termMembers, termsStand } from '../access-token/terms.js'
import type { AccessToken } from '../access-token/token.js'
import { emitIfRevoked, endGrant } from '../deployment/end-grant.js'
import type { HttpResponse } from '../edge/message.js'
import { refusedError } from '../edge/refused-error.js'
import { jsonResponse } from '../edge/responses.js'
import type { Issued } from '../grant/redeem-code.js'
import type { Refusal } from '../grant/refusal.js'
import type { Grant } from '../grant/state.js'
import type { Step } from '../grant/step.js'
import type { LoneToken, TokenRequest } from '../points/grant-type.js'
import type { Deployed } from '../points/tables.js'
import { tokenTypeOf } from '../protocol/confirmation.js'
import { listed } from '../protocol/hint.js'
import { withOfflineAccess } from '../protocol/offline-access.js'
import type { ResourceAccess } from '../protocol/resource.js'
import { scopeMember } from '../protocol/scope.js'
import { encodeBase64url } from '../runtime/hash.js'
import { advance, type Sender } from '../storage/advance.js'
import type { Outcome } from '../storage/outcome.js'
import type { Claims } from '../users/contract.js'
import { checkSubject } from '../users/subject.js'

/** What is known of a token request before its grant type looks at it. */
export interface Asked extends Pick<TokenRequest, 'client' | 'form' | 'http' | 'confirmation'> {
  /** The name of the grant type. */
  readonly by: string
}

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
  { client, confirmation, by, form }: Asked,
  grantId: string,
  tokenId: string,
  decide: (grant: Grant) => Step<Answer>,
  sender: Sender,
): Promise<{ readonly answer: Answer; readonly response: HttpResponse }> {
  let claims: Promise<Claims | null> | undefined
  let outcome: Outcome<Answer, HttpResponse>
  const step = (grant: Grant) => {
    checkServed(deployment, grant)
    return decide(grant)
  }
  const prepare = async (answer: Answer) => {
    const { grant, resource, scope } = answer
    claims ??= userClaims(deployment, grant.subject, grant.clientId, answer)
    const said = await claims
    if (!said) throw new Gone('subject_gone')
    if (grant.terms && !(await termsStand(deployment, grant))) throw new Gone('term_ended')
    const issuedAt = deployment.now()
    const token = {
      grantId: grant.id,
      tokenId,
      clientId: grant.clientId,
      // What is for this server alone is read by nobody else than the client.
      subject: deployment.settings.beside?.has(resource)
        ? await deployment.knownAs(client, grant.subject, grant.code.redirectUri)
        : grant.subject,
      resource,
      scope,
      issuedAt,
      // No access token outlives its grant.
      expiresAt: Math.min(issuedAt + lifetimeAt(deployment, resource), grant.endsAt),
      login: grant.login,
      claims: grant.terms ? { ...said, ...termClaims(deployment, grant.terms) } : said,
      confirmation,
    }
    const accessToken = await issueAccessToken(deployment, token, grant)
    const members =
      grant.terms &&
      (await termMembers(deployment, { grant, client, access: { resource, scope }, accessToken, issuedAt, by }))
    const told = withOfflineAccess(scope, answer.offlineAccess === true)
    return tokenResponse(token, accessToken, told, answer.refreshToken, members)
  }
  try {
    outcome = await advance(deployment.grants, grantId, step, prepare, sender)
  } catch (error) {
    if (!(error instanceof Gone)) throw error
    await endGrant(deployment, grantId, error.because)
    throw refusedError('revoked')
  }
  if (outcome.ok) return { answer: outcome.answer, response: outcome.prepared }
  if (outcome.moved && outcome.grant) emitIfRevoked(deployment, outcome.grant)
  throw refusedError(outcome.refusal, outcome.grant ? receivedHint(outcome.refusal, form, outcome.grant) : undefined)
}

/** What was received, and what would have been right for this grant. */
function receivedHint(refusal: Refusal, form: Asked['form'], grant: Grant): string | undefined {
  if (grant.status === 'revoked') return undefined
  const said = (name: string, right: readonly string[]) =>
    `Received ${name} ${listed(name === 'resource' ? form.resources : [form.get(name) ?? ''])}; right would be ${listed(right)}.`
  switch (refusal) {
    case 'redirect_uri_mismatch':
      return said('redirect_uri', [grant.code.redirectUri])
    case 'invalid_target':
      return said(
        'resource',
        grant.access.map(({ resource }) => resource),
      )
    case 'invalid_scope':
      return said(
        'scope',
        grant.access.flatMap(({ scope }) => scope),
      )
    default:
      return undefined
  }
}

/** What was approved is no more, and the grant ends. */
class Gone extends Error {
  readonly because: 'subject_gone' | 'term_ended'
  constructor(because: Gone['because']) {
    super(because)
    this.because = because
  }
}

/** Answers with a token that no grant stands behind. */
export async function issueAlone(
  deployment: Deployed,
  { client, confirmation }: Asked,
  { subject, access }: LoneToken,
): Promise<HttpResponse> {
  const clientId = client.client_id
  const now = deployment.now()
  const tokenId = encodeBase64url(deployment.randomBytes(CLIENT_TOKEN_ID_BYTES))
  checkSubject(subject, 'alone')
  // RFC 9068 §2.2: without a user, the client is the subject. What a database client gives is often only like a promise.
  const found =
    subject === clientId
      ? ((await deployment.clientClaims?.({ client_id: clientId }, access)) ?? {})
      : await userClaims(deployment, subject, clientId, access)
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
    confirmation,
  }
  const accessToken = await issueAccessToken(deployment, token, null)
  deployment.emit({ type: 'client_token_issued', clientId, resource })
  return tokenResponse(token, accessToken, scope, null, undefined)
}

/** Null when the user is gone or blocked. An app without the hook has no further claims. */
function userClaims(
  { users }: Deployed,
  subject: string,
  client_id: string,
  { scope, resource }: ResourceAccess,
): Promise<Claims | null> {
  return users.claims ? users.claims(subject, { client_id, scope, resource, for: 'access_token' }) : Promise.resolve({})
}

/** The resource was granted, but it may be no longer configured. */
function lifetimeAt({ settings }: Deployed, resource: string): number {
  const lifetime = settings.resources.get(resource)?.accessTokenLifetime
  if (lifetime === undefined) throw refusedError('invalid_target')
  return lifetime
}

/** RFC 6749 §5.1. The scope is always told, also where it is what was asked for. */
function tokenResponse(
  token: AccessToken,
  access_token: string,
  scope: readonly string[],
  refreshToken: string | null,
  members: object | undefined,
): HttpResponse {
  return jsonResponse(200, {
    ...members,
    // What the protocol says is said by nobody else, also where it says nothing.
    toJSON: undefined,
    refresh_token: refreshToken ?? undefined,
    scope: undefined,
    access_token,
    token_type: tokenTypeOf(token.confirmation),
    expires_in: seconds(token.expiresAt) - seconds(token.issuedAt),
    ...scopeMember(scope),
  })
}
