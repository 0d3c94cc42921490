/**
 * Whether a client may be shown to a person as the known one. Its name and its `client_id` do not tell: anybody can send them. Where the
 * answer goes does, if nobody else can take it there. Pure.
 *
 * @module
 */
import { findByDocument, findByRedirectUri } from './find.js'
import type { KnownClient } from './known-client.js'

/**
 * The client that receives the answer, if that is certain: the redirect URI is an https URI of its vendor, or an https URI that stands in the
 * vendor's own metadata document (which must have been checked before). A loopback URI or a private-use scheme proves nothing, whatever
 * document comes with it: every program on that machine can take the answer.
 *
 * @param request.redirect_uri Of the request, and registered for this client or listed in its document.
 * @param request.client_id Of the request.
 */
export function provenClient(request: {
  readonly redirect_uri: string
  readonly client_id?: string | undefined
}): KnownClient | undefined {
  if (!/^https:\/\//.test(request.redirect_uri)) return undefined
  const receiver = findByRedirectUri(request.redirect_uri).find(({ redirectUri }) => redirectUri.proves)
  if (receiver) return receiver.client
  return request.client_id === undefined ? undefined : findByDocument(request.client_id)?.client
}
