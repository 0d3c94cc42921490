/**
 * Clients that cannot keep a secret are only named.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.1 RFC 6749 §2.1}
 * @module
 */
import type { ClientAuthentication } from '../points/client-authentication.js'

export const publicClient: ClientAuthentication = {
  methods: ['none'],
  ambient: true,
  read({ form }) {
    const client_id = form.get('client_id')
    return client_id === undefined ? null : { method: 'none', client_id }
  },
  judge: () => null,
}
