/**
 * `id_token_hint`: an ID token that a client has got earlier, sent back to say who is meant. Only a genuine one of that very client counts: it tells
 * nobody more than they knew.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core §3.1.2.1}
 * @module
 */
import type { Deployment } from '../../deployment/deployment.js'
import { verifyJws } from '../../keys/jws.js'
import { parseJsonObject } from '../../protocol/json-object.js'
import { ID_TOKEN_TYPE } from './id-token.js'

/** Whom it speaks of; null when it is no ID token of this server for this client. It may have expired. */
export async function hintedSubject(
  text: string,
  clientId: string,
  { keyring, settings: { issuer } }: Deployment,
): Promise<string | null> {
  const verified = await verifyJws(text, (kid) => keyring.find(kid), ID_TOKEN_TYPE)
  const claims = verified && parseJsonObject(verified.payload)
  if (claims?.iss !== issuer || claims.aud !== clientId || typeof claims.sub !== 'string') return null
  // What UserInfo has signed is of the same type, and no ID token: it has no time.
  return typeof claims.exp === 'number' && typeof claims.iat === 'number' ? claims.sub : null
}
