/**
 * The grant type client_credentials: a confidential client acts for itself. There is no user, no grant record and no refresh token.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 §4.4}
 * @module
 */
import type { GrantType } from '../points/grant-type.js'

export const clientCredentials: GrantType = {
  name: 'client_credentials',
  answer: ({ client, access, alone }) => alone({ subject: client.client_id, access: access() }),
}
