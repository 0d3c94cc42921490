/**
 * Ties what a person sees to the event that says more.
 *
 * @module
 */

import { encodeBase64url } from '../runtime/hash.js'
import type { Deployment } from './deployment.js'

/** Empty when it is the source of randomness that failed. */
export function newReference({ randomBytes }: Pick<Deployment, 'randomBytes'>): string {
  try {
    return encodeBase64url(randomBytes(9))
  } catch {
    return ''
  }
}
