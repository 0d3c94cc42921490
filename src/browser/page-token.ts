/**
 * What binds a form of ours to one browser, one person and one purpose, and where `sessionId` is given to one login: a MAC under the secret of the browser's cookie. Another
 * site can neither read it nor make it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.7 RFC 9700 §4.7}
 * @module
 */

import type { Browser } from '../deployment/here.js'
import { constantTimeEqual, encodeBase64url, hmacSha256, utf8 } from '../runtime/hash.js'
import type { Login } from '../users/contract.js'

/** @param about what else the form is for: an id, what it offers. */
export function pageToken(
  { secret }: Browser,
  { subject, sessionId }: Pick<Login, 'subject' | 'sessionId'>,
  purpose: 'consent' | 'apps' | 'logout',
  about: readonly unknown[] = [],
): string {
  const bound = JSON.stringify([subject, sessionId ?? null, ...about])
  return encodeBase64url(hmacSha256(secret, `${purpose}\0${bound}`))
}

/** Whether a posted form is the one that was shown. */
export const isSameToken = (posted: string | undefined, expected: string): boolean =>
  posted !== undefined && constantTimeEqual(utf8(posted), utf8(expected))
