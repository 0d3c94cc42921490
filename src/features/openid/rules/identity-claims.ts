/**
 * Which claims a scope stands for. Pure.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims OpenID Connect Core §5.4}
 * @module
 */

/** By scope, in the order of the specification. `openid` alone stands for `sub`, which every answer has. */
export const claimsOfScope = {
  openid: [],
  profile: [
    ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username'],
    ...['profile', 'picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
} as const satisfies { readonly [scope: string]: readonly string[] }

export type IdentityScope = keyof typeof claimsOfScope
export type IdentityClaim = (typeof claimsOfScope)[IdentityScope][number]

const identityScopes = Object.keys(claimsOfScope) as readonly IdentityScope[]

const all: ReadonlySet<string> = new Set(Object.values(claimsOfScope).flat())

/** Every claim about a person that a client can ask for. */
export const identityClaims = [...all] as readonly IdentityClaim[]

export const isIdentityClaim = (name: string): name is IdentityClaim => all.has(name)

/** What a granted scope stands for. */
export const claimsOf = (scope: readonly string[]): readonly IdentityClaim[] =>
  identityScopes.filter((name) => scope.includes(name)).flatMap((name) => claimsOfScope[name])

/** The scope that stands for a claim. */
export const scopeOfClaim = (name: IdentityClaim): IdentityScope =>
  identityScopes.find((scope) => (claimsOfScope[scope] as readonly string[]).includes(name)) ?? 'openid'
