/**
 * The first step: a user's approval becomes a grant with a code. Pure.
 *
 * @module
 */
import type { Approved, CodeBinding, CodeIssued } from './state.js'

export interface Approval {
  readonly approved: Omit<Approved, 'createdAt' | 'endsAt'>
  readonly code: CodeBinding
  /** Until when the pending request is kept whose id the grant has; null when there is none. */
  readonly requestEndsAt: number | null
  /** Milliseconds. RFC 6749 §4.1.2: a code lives at most ten minutes. */
  readonly codeLifetime: number
  /** Milliseconds after which the grant ends for good. */
  readonly grantLifetime: number
}

export function approve(approval: Approval, now: number): CodeIssued {
  const { approved, code, requestEndsAt, codeLifetime, grantLifetime } = approval
  const expiresAt = now + codeLifetime
  return {
    status: 'code_issued',
    createdAt: now,
    touchedAt: now,
    endsAt: now + grantLifetime,
    code: { expiresAt, wrongVerifiers: 0, keptUntil: Math.max(expiresAt, requestEndsAt ?? 0) + MARGIN, ...code },
    ...approved,
  }
}

/** Clocks of instances differ. */
const MARGIN = 60_000
