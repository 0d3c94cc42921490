/**
 * Under which names the terms are kept. Pure.
 *
 * @module
 */

export const signInTermName = 'openid'
export const claimsTermName = 'claims'
