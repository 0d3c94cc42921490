/**
 * The protocol error for a refusal of the grant machine.
 *
 * @module
 */
import { type Refusal, wireError } from '../grant/refusal.js'
import { OAuthError } from './errors.js'

/** The protocol error for a refusal of the grant machine. */
export function refusedError(refusal: Refusal): OAuthError {
  const { code, description } = wireError[refusal]
  return new OAuthError(code, description, { reason: refusal })
}
