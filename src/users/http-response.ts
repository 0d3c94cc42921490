/**
 * Tells a login from a response that the app's own authentication wants to give first.
 *
 * @module
 */

import type { HttpResponse } from '../edge/message.js'
import type { Login } from './contract.js'

/** A login may have a member `status` of the app's own. */
export const isHttpResponse = (found: Login | HttpResponse): found is HttpResponse =>
  'status' in found && typeof found.status === 'number' && Array.isArray(found.headers)
