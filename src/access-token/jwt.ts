/**
 * Access tokens as JWTs.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068 RFC 9068}
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { signJws, verifyJws } from '../keys/jws.js'
import { cnfOf, readCnf } from '../protocol/confirmation.js'
import { scopeMember } from '../protocol/scope.js'
import type { Claims } from '../users/contract.js'
import { loginClaims, seconds } from './claims.js'
import type { AccessToken, LiveAccessToken } from './token.js'

// RFC 9068 §2.1, RFC 8725 §3.11: an explicit type, so that an ID token never passes for an access token.
const TYP = 'at+jwt'

export async function issueJwt({ settings, keyring }: Deployment, token: AccessToken): Promise<string> {
  const payload = {
    ...withoutProtocolClaims(token.claims),
    iss: settings.issuer,
    sub: token.subject,
    // RFC 8707 §2, RFC 9068 §2.2: the resource, never the client.
    aud: token.resource,
    client_id: token.clientId,
    ...scopeMember(token.scope),
    iat: seconds(token.issuedAt),
    exp: seconds(token.expiresAt),
    jti: token.grantId === null ? `c.${token.tokenId}` : `g.${token.grantId}.${token.tokenId}`,
    ...loginClaims(token.login),
    ...(token.confirmation && { cnf: cnfOf(token.confirmation) }),
  }
  return signJws(await keyring.current(), TYP, JSON.stringify(payload))
}

/** The token, when the signature is by one of our keys and every claim is of the form that we give it. */
export async function verifyJwt(deployment: Deployment, text: string): Promise<LiveAccessToken | null> {
  const verified = await verifyJws(text, (kid) => deployment.keyring.find(kid), TYP)
  if (!verified) return null
  const claims = parseObject(verified.payload)
  const token = claims && readClaims(claims, deployment.settings.issuer)
  if (!token) return null
  const found = token.grantId === null ? null : await deployment.grants.get(token.grantId)
  return { token, grant: found?.value ?? null }
}

function readClaims(claims: { readonly [name: string]: unknown }, issuer: string): AccessToken | null {
  const { iss, sub, aud, client_id, scope, iat, exp, jti, auth_time, acr, amr, cnf, ...rest } = claims
  if (iss !== issuer || typeof sub !== 'string' || typeof aud !== 'string' || typeof client_id !== 'string') return null
  if ((scope !== undefined && typeof scope !== 'string') || !isTime(iat) || !isTime(exp) || typeof jti !== 'string')
    return null
  const id = /^(?:g\.([A-Za-z0-9_-]{22})|c)\.([A-Za-z0-9_-]+)$/.exec(jti)
  if (!id?.[2]) return null
  const confirmation = cnf === undefined ? undefined : readCnf(cnf)
  if (confirmation === null) return null
  return {
    grantId: id[1] ?? null,
    tokenId: id[2],
    clientId: client_id,
    subject: sub,
    resource: aud,
    scope: scope === undefined ? [] : scope.split(' '),
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
    login: {
      ...(isTime(auth_time) && { authenticatedAt: auth_time * 1000 }),
      ...(typeof acr === 'string' && { acr }),
      ...(Array.isArray(amr) && amr.every((method) => typeof method === 'string') && { amr }),
    },
    claims: rest,
    confirmation,
  }
}

const protocolClaims = new Set(
  'iss sub aud client_id scope iat exp nbf jti auth_time acr amr cnf act may_act sid events'.split(' '),
)

/** Further claims never replace, or pass for, what the protocol says; nor does a `toJSON` among them rewrite the rest. */
export function withoutProtocolClaims(claims: Claims): Claims {
  const further = Object.entries(claims).filter(
    ([name, value]) => !protocolClaims.has(name) && typeof value !== 'function',
  )
  return Object.fromEntries(further)
}

// RFC 7519 §4.1.4: a number. Infinity or a string would make a token that never ends.
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value)

/** Null for what is not JSON, too: a key of the operator's own may sign other things elsewhere. */
function parseObject(payload: Uint8Array): { readonly [name: string]: unknown } | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload))
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
