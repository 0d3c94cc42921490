/**
 * Proof Key for Code Exchange, S256 only: `plain` does not exist here. Pure.
 *
 * @module
 */
import { constantTimeEqual, digest, utf8 } from '../runtime/hash.js'

/** What a code is bound to. Explicit where it is to nothing, so that a lost field fails closed (RFC 9700 §2.1.1). */
export type Pkce = { readonly challenge: string } | { readonly exempt: true }

/**
 * Whether `text` can be an S256 challenge: the 43 base64url characters of a SHA-256.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.2 RFC 7636 §4.2}
 */
export const isCodeChallenge = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)

/**
 * Whether `text` has the syntax of a verifier: 43 to 128 unreserved characters.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.1 RFC 7636 §4.1}
 */
export const isCodeVerifier = (text: string): boolean => /^[A-Za-z0-9._~-]{43,128}$/.test(text)

/**
 * Whether `verifier` is the preimage of the challenge kept from the authorization request.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.6 RFC 7636 §4.6}
 */
export const matchesChallenge = (verifier: string, challenge: string): boolean =>
  constantTimeEqual(utf8(digest(verifier)), utf8(challenge))
