/**
 * Access tokens, issued and verified: a JWT, or an opaque string, as the resource says. Nothing is stored per token; early
 * revocation is on the grant.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { isAccessLive } from '../grant/revoke.js'
import type { Grant } from '../grant/state.js'
import type { Deployed } from '../points/tables.js'
import type { TermValues } from '../protocol/terms.js'
import { unknownRestriction } from '../protocol/terms.js'
import { MAX_ACCESS_TOKEN_LENGTH } from '../protocol/token-string.js'
import { largestOf, loginClaims } from './claims.js'
import { issueJwt, verifyJwt, withoutProtocolClaims } from './jwt.js'
import { issueOpaque, verifyOpaque } from './opaque.js'
import { termClaims } from './terms.js'
import type { AccessToken, LiveAccessToken } from './token.js'

/** Fresh random bytes that a token needs: beside a grant, and alone. */
export const TOKEN_ID_BYTES = 8
export const CLIENT_TOKEN_ID_BYTES = 16

/**
 * The string that the client gets.
 *
 * @throws {Error} when it would be longer than what takes tokens takes. Nothing is written yet then.
 */
export async function issueAccessToken(
  deployment: Deployment,
  token: AccessToken,
  grant: Grant | null,
): Promise<string> {
  const isOpaque = deployment.settings.resources.get(token.resource)?.format === 'opaque'
  const text = await (isOpaque ? issueOpaque(deployment, token, grant) : issueJwt(deployment, token))
  if (text.length <= MAX_ACCESS_TOKEN_LENGTH) return text
  const { clientId, resource, subject: sub, scope, claims, login } = token
  const further = isOpaque ? {} : { ...withoutProtocolClaims(claims), ...loginClaims(login) }
  const said = { ...further, sub, scope: scope.join(' ') }
  throw new Error(
    `An access token for the client ${JSON.stringify(clientId)} would have ${text.length} bytes, and ${MAX_ACCESS_TOKEN_LENGTH} are the most. ${largestOf(said)} Say less there${isOpaque ? '' : `, or make the tokens of ${resource} short: \`accessToken: 'opaque'\``}.`,
  )
}

/**
 * The token behind a string, if it is one of this server's, not expired and not revoked; else null. The signature or MAC is
 * verified before any id in it is believed. Costs one read.
 *
 * @throws {Unavailable} when the store cannot be asked: an open question is never an open door.
 */
export async function findLiveAccessToken(deployment: Deployed, text: string): Promise<LiveAccessToken | null> {
  const genuine = await verifyAccessToken(deployment, text)
  if (!genuine) return null
  const { token, grant } = genuine
  if (deployment.now() >= token.expiresAt) return null
  // A client that was removed has no tokens any more. The answer comes from memory, or once in a while from the store.
  if (!(await deployment.clients.find(token.clientId))) return null
  if (token.grantId === null) return (await isClientTokenRevoked(deployment, token)) ? null : genuine
  if (!grant || !isAccessLive(grant, { issuer: deployment.settings.issuer, ...token }, deployment.now())) return null
  return grant.status === 'active' && grant.terms ? withTerms(deployment, genuine, grant.terms) : genuine
}

/** A JWT says what its terms come to; an opaque token points to them. With a term that restricts and nobody knows, nothing is live. */
function withTerms(deployment: Deployed, live: LiveAccessToken, terms: TermValues): LiveAccessToken | null {
  if (unknownRestriction(terms, deployment.tables.terms) !== undefined) return null
  const { token } = live
  return {
    ...live,
    token: { ...token, claims: { ...token.claims, ...withoutProtocolClaims(termClaims(deployment, terms)) } },
  }
}

/** The token behind a string, live or not, if this server made it. */
export function verifyAccessToken(deployment: Deployment, text: string): Promise<LiveAccessToken | null> {
  return text.startsWith('gwat_') ? verifyOpaque(deployment, text) : verifyJwt(deployment, text)
}

/** Under which name a revoked token of the client_credentials grant is remembered until it expires. */
export const clientTokenRecordId = (deployment: Deployment, token: AccessToken): string =>
  deployment.recordId('revoked access token', token.tokenId)

async function isClientTokenRevoked(deployment: Deployment, token: AccessToken): Promise<boolean> {
  return (await deployment.revokedTokens.get(clientTokenRecordId(deployment, token))) !== null
}
