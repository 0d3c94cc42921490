/**
 * Scope names of OpenID Connect, of which a server without it has to tell those who ask as a matter of habit. Pure.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims OpenID Connect Core §5.4, §11}
 * @module
 */

const names: readonly string[] = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

/** What of `asked` is OpenID Connect's and no name of an API. Nothing where `openid` is known, since it is served there. */
export const strayOpenid = (asked: readonly string[], known: readonly string[]): readonly string[] =>
  known.includes('openid') ? [] : asked.filter((name) => names.includes(name) && !known.includes(name))

/** What to do, for the operator. */
export const withoutOpenid =
  'OpenID Connect is not served here: take its names out of the scope that the client asks for. Refresh tokens come without offline_access.'
