/**
 * Reads the body of a request, up to a limit.
 *
 * @module
 */
import { OAuthError } from './errors.js'
import { BodyTooLarge, type HttpRequest, type ParsedForm } from './message.js'

/**
 * @param most bytes.
 * @throws {OAuthError} `invalid_request` with the status 413 when there are more.
 */
export async function readBody(request: HttpRequest, most: number): Promise<Uint8Array | ParsedForm> {
  try {
    return await request.body(most)
  } catch (error) {
    throw error instanceof BodyTooLarge ? bodyTooLarge(most) : error
  }
}

export const bodyTooLarge = (most: number): OAuthError =>
  new OAuthError('invalid_request', `The body is larger than ${most / 1024} KB.`, {
    status: 413,
    reason: 'body_too_large',
  })
