/**
 * `grantwright/openid`: OpenID Connect, "Sign in with your app".
 *
 * @module
 */
export { openid } from './openid.js'
export type { IdTokenAlgorithm, OpenIdOptions } from './options.js'
