/**
 * The works that most can do, by what the server is prepared with. `all.mjs` says who really can.
 *
 * @module
 */

/**
 * @template Start
 * @param {(form: 'jwt' | 'opaque', what?: 'codes' | 'refreshTokens' | 'accessTokens' | 'cookies') => Start} work
 * @returns {Record<string, Start>}
 */
export const usualWorks = (work) => ({
  'client-credentials-jwt': work('jwt'),
  'code-jwt': work('jwt', 'codes'),
  'refresh-jwt': work('jwt', 'refreshTokens'),
  'client-credentials-opaque': work('opaque'),
  'code-opaque': work('opaque', 'codes'),
  'refresh-opaque': work('opaque', 'refreshTokens'),
  'introspection-opaque': work('opaque', 'accessTokens'),
  'introspection-jwt': work('jwt', 'accessTokens'),
  'authorize-jwt': work('jwt', 'cookies'),
  discovery: work('jwt'),
  jwks: work('jwt'),
})
