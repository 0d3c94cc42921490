/**
 * The claims about a person that a client gets: what was granted of what the app says, and nothing else.
 *
 * @module
 */
import type { Client } from '../../clients/client.js'
import type { Deployment } from '../../deployment/deployment.js'
import type { Approved } from '../../grant/state.js'
import type { ResourceAccess } from '../../protocol/resource.js'
import type { Claims } from '../../users/contract.js'
import { namesOf, type SignIn } from './rules/authentication-request.js'
import { isWithinScope, matches, onlyClaims, type RequestedClaims, type Wishes } from './rules/claims-parameter.js'
import { claimsOf, isIdentityClaim } from './rules/identity-claims.js'
import { claimsTermName, signInTermName } from './rules/term-names.js'

/**
 * Asks the app, if anything was granted.
 *
 * @param where UserInfo has what the scope of its access token stands for; both have what the parameter `claims` asked for there (OpenID Connect Core
 *   §5.4, §5.5).
 * @returns null when the user is gone or blocked.
 */
export async function grantedClaims(
  { users }: Deployment,
  client: Client,
  grant: Approved,
  { resource, scope }: ResourceAccess,
  where: 'userinfo' | 'id_token',
): Promise<Claims | null> {
  // Only the terms themselves have put that there.
  const { placed } = (grant.terms?.[signInTermName] ?? {}) as Pick<SignIn, 'placed'>
  const wishes: Wishes = {
    ...(grant.terms?.[claimsTermName] as RequestedClaims | undefined)?.[where],
    ...onlyClaims(placed, (name) => isWithinScope(name, where === 'userinfo' ? scope : namesOf(grant.access)))?.[where],
  }
  // What the operator has taken from the client since is told no more.
  const { client_id, scope: limit } = client
  const names = [...new Set([...(where === 'userinfo' ? claimsOf(scope) : []), ...Object.keys(wishes)])].filter(
    (name) => isIdentityClaim(name) && (!limit || isWithinScope(name, limit)),
  )
  // A user who is gone gets nothing, whatever was asked for; but an ID token rests on the access token, for which the app was asked just now.
  if (!users.claims || (names.length === 0 && where === 'id_token')) return {}
  const about = { client_id, scope, resource, for: where, claims: names }
  const said = await users.claims(grant.subject, about)
  if (!said) return null
  const told: { [name: string]: unknown } = {}
  for (const name of names) {
    // Of a class, too: the names are known ones alone, which nothing has by itself.
    const value = said[name]
    if (isTold(value) && matches(wishes[name], value)) told[name] = value
  }
  return told
}

/** §5.3.2: what is not known is left out, rather than null or empty. */
const isTold = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && typeof value !== 'function' && !Number.isNaN(value)
