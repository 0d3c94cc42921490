/**
 * What a JWT and an introspection answer say in the same words.
 *
 * @module
 */
import type { LoginFacts } from '../grant/state.js'
import { utf8 } from '../runtime/hash.js'

/** RFC 7519 §2: a NumericDate, in whole seconds. */
export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

/** How the user logged in, as far as it is known (RFC 9068 §2.2.1). */
export const loginClaims = ({ authenticatedAt, acr, amr }: LoginFacts) => ({
  ...(authenticatedAt !== undefined && { auth_time: seconds(authenticatedAt) }),
  ...(acr !== undefined && { acr }),
  ...(amr !== undefined && { amr }),
})

/** Which claim takes the most room, for operators: its name and size, never its value. */
export function largestOf(claims: { readonly [name: string]: unknown }): string {
  let [largest, most] = ['', -1]
  for (const [name, value] of Object.entries(claims)) {
    const bytes = utf8(JSON.stringify(value) ?? '').length
    if (bytes > most) [largest, most] = [name, bytes]
  }
  return `Its largest claim is ${JSON.stringify(largest)}, with ${most} bytes.`
}
