/**
 * Under which names the terms are kept. Pure.
 *
 * @module
 */

export const claimsTermName = 'claims'
