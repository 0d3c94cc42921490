/**
 * What an authentication request says of the login. Pure.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core §3.1.2.1}
 * @module
 */
import type { Json } from '../../../protocol/json.js'
import type { Access } from '../../../protocol/resource.js'
import { TermRefused } from '../../../protocol/terms.js'
import { parseClaimsParameter } from './claims-parameter.js'

/** One login at a client: plain JSON, kept in the grant. */
export interface SignIn {
  readonly [member: string]: Json
  readonly nonce?: string
  /** Who it must be. */
  readonly subject?: string
  readonly acr?: { readonly values: readonly string[]; readonly essential: boolean }
  /** Seconds since the login, at most. */
  readonly maxAge?: number
  /** Whether the access token is for an API, too, which can then ask UserInfo as the client can. */
  readonly isShared?: true
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
  const maxAge = maxAgeOf(get('max_age'), fields, needsTime ?? false)
  const isShared = access.length > 1
  return {
    ...(nonce !== undefined && { nonce }),
    ...(subject !== undefined && { subject }),
    ...(acr && { acr }),
    ...(maxAge !== undefined && { maxAge }),
    ...(isShared && { isShared }),
  }
}

/** Voluntary (§3.1.2.1): who does not get there is logged in all the same. */
function acrOf(said: string | undefined, usual: Json | undefined): SignIn['acr'] {
  const values = said?.split(' ').filter((value) => value !== '') ?? usual
  return Array.isArray(values) && values.length > 0 ? { values: values as string[], essential: false } : undefined
}

/** Longer ago than any login, for whoever must be told when it was: one whose time is not known will not do then. */
const EVER = 9_999_999_999

/** Registration §2: `default_max_age` counts where the request has none of its own, which the server looks at anyway. */
function maxAgeOf(
  said: string | undefined,
  { default_max_age, require_auth_time }: { readonly [name: string]: Json },
  needsTime: boolean,
): number | undefined {
  if (said === undefined && typeof default_max_age === 'number') return default_max_age
  return needsTime || require_auth_time === true ? EVER : undefined
}
