/**
 * Reads the form of a POST: content type, size, and what an earlier body parser left.
 *
 * @module
 */
import { quoted } from '../protocol/hint.js'
import {
  type ParameterLimits,
  type Parameters,
  parametersFromForm,
  parseParameters,
  problemText,
} from '../protocol/parameters.js'
import { readBody } from './body.js'
import { OAuthError } from './errors.js'
import type { HttpRequest } from './message.js'

/** Most bytes of a form body. */
const MAX_FORM_BYTES = 65_536

/**
 * The parameters of a form body. Problems of single parameters are in `problems`; use {@link refuseProblems} where they all
 * are fatal.
 *
 * @throws {OAuthError} `invalid_request`: compressed, another content type, too large, or not UTF-8.
 */
export async function readForm(request: HttpRequest, limits?: ParameterLimits): Promise<Parameters> {
  // RFC 6749 §4.1.3: parameters arrive as application/x-www-form-urlencoded in the body, never in the query.
  if (!isForm.test(request.headerValues('content-type')[0] ?? '')) {
    throw new OAuthError('invalid_request', 'The content type must be application/x-www-form-urlencoded.', {
      reason: 'content_type_wrong',
      hint: `Received ${quoted(request.headerValues('content-type')[0] ?? '')}.`,
    })
  }
  const body = await readBody(request, MAX_FORM_BYTES)
  if (!(body instanceof Uint8Array)) return parametersFromForm(body.form, limits)
  try {
    return parseParameters(decoder.decode(body), limits)
  } catch {
    throw new OAuthError('invalid_request', 'The body is not UTF-8.', { reason: 'body_unreadable' })
  }
}

/** RFC 9110 §8.3.1: type and subtype in any case, then parameters, which say nothing here. Without `u`, `i` is about ASCII. */
const isForm = /^[ \t]*application\/x-www-form-urlencoded[ \t]*(?:;|$)/i

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * A hidden field that every form of this server has. One that lacks it was not made by this server, or by a page of the app's own
 * that forgot it: then its developers must learn why nothing works.
 *
 * @throws {OAuthError} `invalid_request` when it is not there.
 */
export function hiddenField(form: Parameters, name: 'pending' | 'page_token'): string {
  const value = form.get(name)
  if (value !== undefined) return value
  throw new OAuthError('invalid_request', `The form lacks the hidden field ${name}.`, {
    reason: 'form_field_missing',
    hint: 'Pages of your own must send every hidden field of the view.',
  })
}

/** @throws {OAuthError} `invalid_request` when any parameter has a problem. */
export function refuseProblems(parameters: Parameters): Parameters {
  for (const [name, problem] of parameters.problems) {
    throw new OAuthError('invalid_request', problemText(name, problem), { reason: `parameter_${problem}` })
  }
  return parameters
}
