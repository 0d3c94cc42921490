/**
 * Who is being logged out.
 *
 * @module
 */
import type { Here } from '../deployment/here.js'

export interface SignedOut {
  readonly subject: string
  /** In which browser; null for all of them. */
  readonly here: Here | null
}
