/**
 * What an authentication request says of the login. Pure.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core §3.1.2.1}
 * @module
 */
import type { Json } from '../../../protocol/json.js'
import type { Access } from '../../../protocol/resource.js'
import { TermRefused } from '../../../protocol/terms.js'
import { isWithinScope, onlyClaims, parseClaimsParameter, type RequestedClaims } from './claims-parameter.js'

/** One login at a client: plain JSON, kept in the grant. */
export interface SignIn {
  readonly [member: string]: Json
  readonly nonce?: string
  /** Who it must be. */
  readonly subject?: string
  readonly acr?: { readonly values: readonly string[]; readonly essential: boolean }
  /** Seconds since the login, at most. */
  readonly maxAge?: number
  /** Where the client wants claims, and with which values, that the scope asks for: they are told as long as that scope was granted. */
  readonly placed?: RequestedClaims
  /** Whether it must be known when the login was. */
  readonly needsTime?: true
  /** The session at this client (Back-Channel Logout §2.1). Absent in grants of before there were logouts. */
  readonly sid?: string
}

interface Asked {
  readonly client: { readonly fields?: { readonly [name: string]: Json } | undefined }
  readonly access: Access
  get(name: string): string | undefined
}

export function readSignIn({ client: { fields = {} }, access, get }: Asked): SignIn | TermRefused {
  const claims = get('claims')
  const wished = claims === undefined ? undefined : parseClaimsParameter(claims)
  if (wished instanceof TermRefused) return wished
  const { subject, acr = acrOf(get('acr_values'), fields.default_acr_values), needsTime } = wished?.login ?? {}
  const nonce = get('nonce')
  const maxAge = maxAgeOf(get('max_age'), fields)
  // §2: auth_time is required with a max_age, and where the client is registered so.
  const isTimed = needsTime || fields.require_auth_time === true || maxAge !== undefined || get('max_age') !== undefined
  const placed = onlyClaims(wished?.told, (name) => isWithinScope(name, namesOf(access)))
  return {
    ...(nonce !== undefined && { nonce }),
    ...(subject !== undefined && { subject }),
    ...(acr && { acr }),
    ...(maxAge !== undefined && { maxAge }),
    ...(placed && { placed }),
    ...(isTimed && { needsTime: true }),
  }
}

/** Voluntary (§3.1.2.1): who does not get there is logged in all the same. */
function acrOf(said: string | undefined, usual: Json | undefined): SignIn['acr'] {
  const values = said?.split(' ').filter((value) => value !== '') ?? usual
  return Array.isArray(values) && values.length > 0 ? { values: values as string[], essential: false } : undefined
}

export const namesOf = (access: Access): readonly string[] => access.flatMap(({ scope }) => scope)

/** Registration §2: `default_max_age` counts where the request has none of its own, which the server looks at anyway. */
function maxAgeOf(
  said: string | undefined,
  { default_max_age }: { readonly [name: string]: Json },
): number | undefined {
  return said === undefined && typeof default_max_age === 'number' ? default_max_age : undefined
}
