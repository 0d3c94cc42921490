/**
 * Reads a JSON object that was posted.
 *
 * @module
 */
import { quoted } from '../protocol/hint.js'
import { utf8 } from '../runtime/hash.js'
import { isRecord } from '../runtime/option-checks.js'
import { OAuthError } from './errors.js'
import { BodyTooLarge, type HttpRequest } from './message.js'

/**
 * @param most bytes.
 * @throws {OAuthError} `invalid_request`: another content type, too large, or no JSON object in UTF-8.
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

async function readValue(request: HttpRequest, most: number): Promise<unknown> {
  try {
    const body = await request.body(most)
    if (body instanceof Uint8Array) return JSON.parse(decoder.decode(body))
    // What a body parser has made of it, which may take more than is taken here.
    if (utf8(JSON.stringify(body.form)).length > most) throw new BodyTooLarge()
    return body.form
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      throw new OAuthError('invalid_request', `The body is larger than ${most / 1024} KB.`, {
        status: 413,
        reason: 'body_too_large',
      })
    }
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return undefined
    throw error
  }
}
