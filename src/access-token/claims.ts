/**
 * What a JWT and an introspection answer say in the same words.
 *
 * @module
 */
import type { LoginFacts } from '../grant/state.js'

/** RFC 7519 §2: a NumericDate, in whole seconds. */
export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

/** How the user logged in, as far as it is known (RFC 9068 §2.2.1). */
export const loginClaims = ({ authenticatedAt, acr, amr }: LoginFacts) => ({
  ...(authenticatedAt !== undefined && { auth_time: seconds(authenticatedAt) }),
  ...(acr !== undefined && { acr }),
  ...(amr !== undefined && { amr }),
})
