/**
 * The parameter `claims`: single claims, where a client wants them, and how much it needs them. Pure.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter OpenID Connect Core §5.5}
 * @module
 */
import { isJson, type Json } from '../../../protocol/json.js'
import { isObject, parseJsonObject } from '../../../protocol/json-object.js'
import { TermRefused } from '../../../protocol/terms.js'
import { utf8 } from '../../../runtime/hash.js'
import { type IdentityClaim, isIdentityClaim, scopeOfClaim } from './identity-claims.js'

/** How a claim is wanted; an empty one is voluntary, whatever its value. */
export interface Wish {
  readonly [member: string]: Json
  readonly essential?: true
  /** Wanted only with one of these values. */
  readonly values?: readonly Json[]
}

/** By name. */
export interface Wishes {
  readonly [claim: string]: Wish
}

/** What is granted of the parameter: plain JSON, kept in the grant. */
export interface RequestedClaims {
  readonly [where: string]: Wishes
  readonly userinfo?: Wishes
  readonly id_token?: Wishes
}

/** What it asks of the login itself. */
export interface WishedLogin {
  readonly subject?: string
  readonly acr?: { readonly values: readonly string[]; readonly essential: boolean }
  /** Whether the time of the login must be told. */
  readonly needsTime?: true
}

/**
 * What the parameter asks for: claims about the person (undefined for none), and of the login. Names that nobody knows are left out, as §5.5 wants it.
 */
export function parseClaimsParameter(
  text: string,
): { readonly told: RequestedClaims | undefined; readonly login: WishedLogin } | TermRefused {
  const said = parseJsonObject(utf8(text))
  if (!said) return malformed('claims must be a JSON object.')
  const read: { [where: string]: Wishes } = {}
  let login: WishedLogin = {}
  for (const where of ['userinfo', 'id_token'] as const) {
    const asked = said[where]
    // §5.5: members that are not understood are ignored; of these two it is known what they must be.
    if (asked === undefined || asked === null) continue
    if (!isObject(asked)) return malformed(`claims.${where} must be a JSON object.`)
    const wishes: { [claim: string]: Wish } = {}
    for (const [name, value] of Object.entries(asked)) {
      const wish = wishOf(value)
      if (!wish) return malformed(`claims.${where} has a claim that is neither null nor an object of §5.5.1.`)
      if (isIdentityClaim(name)) wishes[name] = wish
      else {
        const more = wishedLogin(where, name, wish)
        if (!more || (more.subject !== undefined && more.subject !== (login.subject ?? more.subject)))
          return malformed('claims must ask for one value of sub, a string, and for an acr that is one.')
        login = { ...login, ...more }
      }
    }
    if (Object.keys(wishes).length > 0) read[where] = wishes
  }
  return { told: Object.keys(read).length > 0 ? read : undefined, login }
}

/** §5.5.1: `sub` with a value is the user it must be, wherever it stands; `acr` and `auth_time` are about the ID token. */
function wishedLogin(where: 'userinfo' | 'id_token', name: string, { essential, values }: Wish): WishedLogin | null {
  const texts = (values ?? []).filter((value) => typeof value === 'string')
  const [only, ...others] = new Set(texts)
  // Whoever it must be, or what must be reached, and cannot be told is nothing to leave out of account.
  if (name === 'sub' && values)
    return only !== undefined && others.length === 0 && texts.length === values.length ? { subject: only } : null
  if (where !== 'id_token') return {}
  if (name === 'acr' && values)
    return only === undefined ? null : { acr: { values: texts, essential: essential ?? false } }
  return name === 'auth_time' && essential ? { needsTime: true } : {}
}

/** §5.5.1. Null for what is none. */
function wishOf(said: unknown): Wish | null {
  if (said === null) return {}
  if (!isObject(said)) return null
  const { essential, value, values } = said
  if (essential !== undefined && typeof essential !== 'boolean') return null
  if (values !== undefined && !Array.isArray(values)) return null
  const wanted: unknown[] = value === undefined ? (values ?? []) : [value]
  return wanted.every((one) => isJson(one))
    ? { ...(essential && { essential }), ...(wanted.length > 0 && { values: wanted }) }
    : null
}

/** The wishes for claims of which `isMeant` is true. Undefined for none. */
export function onlyClaims(
  asked: RequestedClaims | undefined,
  isMeant: (name: IdentityClaim) => boolean,
): RequestedClaims | undefined {
  const left = Object.entries(asked ?? {}).flatMap(([where, wishes]) => {
    const some = Object.entries(wishes).filter(([name]) => isIdentityClaim(name) && isMeant(name))
    return some.length > 0 ? [[where, Object.fromEntries(some)] as const] : []
  })
  return left.length > 0 ? Object.fromEntries(left) : undefined
}

/** Whether the scope that a claim belongs to is among these. */
export const isWithinScope = (name: IdentityClaim, scope: readonly string[]): boolean =>
  scope.includes(scopeOfClaim(name))

/** What an answer may have of what the app says: the values too, where the client wants only those. */
export function matches(wish: Wish | undefined, value: unknown): boolean {
  return !wish?.values || wish.values.some((wanted) => JSON.stringify(wanted) === JSON.stringify(value))
}

/** Whether who agreed to tell some claims has agreed to tell others. */
export const coversClaims = (agreed: RequestedClaims, asked: RequestedClaims): boolean => {
  const known = new Set(namesIn(agreed))
  return namesIn(asked).every((name) => known.has(name))
}

/** Every claim that is asked for, each once. */
export const namesIn = ({ userinfo = {}, id_token = {} }: RequestedClaims): readonly string[] => [
  ...new Set([...Object.keys(userinfo), ...Object.keys(id_token)]),
]

/** Those that nobody needs, wherever they are asked for. */
export const voluntaryNames = (asked: RequestedClaims): readonly string[] =>
  namesIn(asked).filter((name) => !asked.userinfo?.[name]?.essential && !asked.id_token?.[name]?.essential)

const malformed = (description: string): TermRefused =>
  new TermRefused('invalid_request', description, {
    reason: 'openid:claims',
    hint: 'Right would be such as {"userinfo":{"email":{"essential":true}},"id_token":{"name":null}}.',
  })
