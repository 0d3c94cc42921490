/**
 * The public keys, for whoever verifies tokens.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 §5}
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import type { HttpResponse } from '../edge/message.js'
import { cacheableJson } from '../edge/responses.js'

export async function jwks({ keyring, settings }: Deployment): Promise<HttpResponse> {
  return cacheableJson(await keyring.jwks(), settings.jwksMaxAge)
}
