/**
 * The public keys, for whoever verifies tokens.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 §5}
 * @module
 */
import type { Deployment } from '../deployment.js'
import type { HttpResponse } from '../message.js'
import { cacheableJson } from '../responses.js'

export async function jwks({ keyring, settings }: Deployment): Promise<HttpResponse> {
  return cacheableJson(await keyring.jwks(), settings.jwksMaxAge)
}
