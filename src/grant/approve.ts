/**
 * The first step: a user's approval becomes a grant with a code. Pure.
 *
 * @module
 */
import type { CodeBinding, CodeIssued, Terms } from './state.js'

export interface Approval {
  readonly terms: Omit<Terms, 'createdAt' | 'endsAt'>
  readonly code: CodeBinding
  /** Milliseconds. RFC 6749 §4.1.2: a code lives at most ten minutes. */
  readonly codeLifetime: number
  /** Milliseconds after which the grant ends for good. */
  readonly grantLifetime: number
}

export function approve({ terms, code, codeLifetime, grantLifetime }: Approval, now: number): CodeIssued {
  return {
    ...terms,
    status: 'code_issued',
    createdAt: now,
    touchedAt: now,
    endsAt: now + grantLifetime,
    code: { ...code, expiresAt: now + codeLifetime, wrongVerifiers: 0 },
  }
}
