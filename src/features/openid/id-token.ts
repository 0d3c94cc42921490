/**
 * ID tokens: who has logged in, when and how, told to one client.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken OpenID Connect Core §2}
 * @module
 */
import { loginClaims, seconds } from '../../access-token/claims.js'
import { refusedError } from '../../edge/refused-error.js'
import { signJws } from '../../keys/jws.js'
import type { TermIssue } from '../../points/term.js'
import { encodeBase64url, sha256 } from '../../runtime/hash.js'
import { idTokenAlgorithmOf } from './client-fields.js'
import { grantedClaims } from './granted-claims.js'
import type { OpenIdSettings } from './options.js'
import type { SignIn } from './rules/authentication-request.js'

/** RFC 7519 §5.1. An access token has another one, so neither passes for the other. */
export const ID_TOKEN_TYPE = 'JWT'

/** The member of a token response. None where the access token was narrowed to what is not OpenID Connect's. */
export async function idTokenMember(
  { nonce, sid }: SignIn,
  { grant, client, access, accessToken, issuedAt, by, deployment }: TermIssue,
  settings: OpenIdSettings,
): Promise<object> {
  if (!access.scope.includes('openid')) return {}
  const algorithm = idTokenAlgorithmOf(client, settings)
  const claims = await grantedClaims(deployment, client, grant, access, 'id_token')
  // The user was there a moment ago; then the next request finds out.
  if (!claims) throw refusedError('revoked')
  const lifetime = deployment.settings.resources.get(deployment.urls.of('userinfo'))?.accessTokenLifetime ?? 0
  const payload = {
    ...claims,
    iss: deployment.settings.issuer,
    sub: await deployment.knownAs(client, grant.subject, grant.code.redirectUri),
    aud: client.client_id,
    iat: seconds(issuedAt),
    exp: seconds(issuedAt + lifetime),
    ...loginClaims(grant.login),
    ...(sid !== undefined && { sid }),
    // §12.2: not in one that comes with a refresh.
    ...(nonce !== undefined && by === 'authorization_code' && { nonce }),
    // §3.1.3.6: binds the access token that came with it.
    at_hash: encodeBase64url(sha256(accessToken).subarray(0, 16)),
  }
  return {
    id_token: await signJws(await deployment.keyring.current(algorithm), ID_TOKEN_TYPE, JSON.stringify(payload)),
  }
}
