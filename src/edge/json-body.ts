/**
 * Reads a JSON object that was posted.
 *
 * @module
 */
import { quoted } from '../protocol/hint.js'
import { isLongerThan } from '../runtime/hash.js'
import { isRecord } from '../runtime/option-checks.js'
import { bodyTooLarge, readBody } from './body.js'
import { OAuthError } from './errors.js'
import type { HttpRequest } from './message.js'

/**
 * @param most bytes.
 * @throws {OAuthError} `invalid_request`: another content type, compressed, too large, or no JSON object in UTF-8.
 */
export async function readJsonObject(
  request: HttpRequest,
  most: number,
): Promise<{ readonly [member: string]: unknown }> {
  const [type = ''] = request.headerValues('content-type')
  if (!isJson.test(type)) {
    throw new OAuthError('invalid_request', 'The content type must be application/json.', {
      reason: 'content_type_wrong',
      hint: `Received ${quoted(type)}.`,
    })
  }
  const value = await readValue(request, most)
  if (isRecord(value)) return value as { readonly [member: string]: unknown }
  throw new OAuthError('invalid_request', 'The body must be a JSON object.', { reason: 'body_unreadable' })
}

/** RFC 9110 §8.3.1, RFC 6839 §3.1. Without `u`, `i` is about ASCII. */
const isJson = /^[ \t]*application\/(?:[!#$&^_.+0-9a-z-]+\+)?json[ \t]*(?:;|$)/i

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Undefined for what is no JSON. */
async function readValue(request: HttpRequest, most: number): Promise<unknown> {
  const body = await readBody(request, most)
  if (!(body instanceof Uint8Array)) {
    // What a body parser has made of it, which may take more than is taken here.
    if (isLongerThan(JSON.stringify(body.form), most)) throw bodyTooLarge(most)
    return body.form
  }
  try {
    return JSON.parse(decoder.decode(body))
  } catch {
    return undefined
  }
}
