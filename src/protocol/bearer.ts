/**
 * The scheme Bearer in an Authorization header. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 * @module
 */

/** The token; undefined for another scheme, and for what is no token. */
export const bearerTokenIn = (header: string): string | undefined =>
  /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header)?.[1]
