/**
 * The type that a JWT or JWS says that it is of. Pure.
 *
 * @module
 */
import { asciiLowerCase } from './ascii.js'

/**
 * `typ` of a JOSE header as it is compared: as a media type, in any case, and without `application/` where nothing else has a slash. Empty for what is no
 * text.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9 RFC 7515 §4.1.9}
 */
export const joseType = (typ: unknown): string =>
  typeof typ === 'string' ? asciiLowerCase(typ).replace(/^application\/(?=[^/]*$)/, '') : ''
