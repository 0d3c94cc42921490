/**
 * The parameters in the query of a request.
 *
 * @module
 */
import { type Parameters, parseParameters } from '../protocol/parameters.js'
import type { HttpRequest } from './message.js'

/** Everything behind the first `?`: another one belongs to a value. */
export const queryOf = ({ url }: HttpRequest): Parameters => parseParameters(url.split('?').slice(1).join('?'))
