/**
 * Which key a token request proves.
 *
 * @module
 */
import type { Client } from '../clients/client.js'
import { OAuthError } from '../edge/errors.js'
import type { HttpRequest } from '../edge/message.js'
import type { Deployed } from '../points/tables.js'
import type { Confirmation } from '../protocol/confirmation.js'
import { decodeBase64url } from '../runtime/hash.js'

/** @throws {OAuthError} for a wrong proof, and for two: a token is bound to one key. */
export async function confirmKey(
  deployment: Deployed,
  client: Client,
  http: HttpRequest,
): Promise<Confirmation | undefined> {
  let found: Confirmation | undefined
  for (const [member, proof] of deployment.tables.keyProofs) {
    const thumbprint = await proof.read(http, { client, deployment, url: deployment.urls.of('token') })
    if (thumbprint === null) continue
    if (found)
      throw new OAuthError('invalid_request', 'Prove one key, not several at once.', { reason: 'key_proofs_several' })
    if (decodeBase64url(thumbprint)?.length !== 32) {
      throw new Error(`The key proof for ${member} must give a SHA-256 thumbprint in base64url.`)
    }
    found = { member, thumbprint }
  }
  return found
}
