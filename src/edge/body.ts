/**
 * Reads the body of a request, up to a limit.
 *
 * @module
 */
import { asciiLowerCase, trimOws } from '../protocol/ascii.js'
import { OAuthError } from './errors.js'
import { BodyTooLarge, type HttpRequest, type ParsedForm } from './message.js'

/**
 * @param most bytes.
 * @throws {OAuthError} `invalid_request`: with the status 415 when it is compressed, with 413 when there are more.
 */
export async function readBody(request: HttpRequest, most: number): Promise<Uint8Array | ParsedForm> {
  // RFC 9110 §15.5.16, §12.5.3: not understood, whoever has unpacked it before; the answer says what is.
  if (request.headerValues('content-encoding').some(isCoded)) {
    throw new OAuthError('invalid_request', 'The body must not be compressed.', {
      status: 415,
      headers: [['accept-encoding', 'identity']],
      reason: 'body_compressed',
    })
  }
  try {
    return await request.body(most)
  } catch (error) {
    throw error instanceof BodyTooLarge ? bodyTooLarge(most) : error
  }
}

/** RFC 9110 §8.4.1: an `identity` changes nothing. */
const isCoded = (line: string): boolean =>
  line.split(',').some((coding) => !['', 'identity'].includes(asciiLowerCase(trimOws(coding))))

export const bodyTooLarge = (most: number): OAuthError =>
  new OAuthError('invalid_request', `The body is larger than ${most / 1024} KB.`, {
    status: 413,
    reason: 'body_too_large',
  })
