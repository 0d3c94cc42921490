/**
 * The protocol error for a refusal of the grant machine.
 *
 * @module
 */
import { type Refusal, wireError } from '../grant/refusal.js'
import { OAuthError } from './errors.js'

/**
 * The protocol error for a refusal of the grant machine.
 *
 * @param received for the operator, where the refusal alone does not say what to do.
 */
export function refusedError(refusal: Refusal, received?: string): OAuthError {
  const { code, description, hint = received } = wireError[refusal]
  return new OAuthError(code, description, { reason: refusal, hint })
}
