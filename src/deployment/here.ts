/**
 * A browser, and who is logged in there.
 *
 * @module
 */
import type { Login } from '../users/contract.js'

/** One browser: the secret in its cookie, and the header that sets it when it is new. */
export interface Browser {
  readonly secret: Uint8Array
  readonly setCookie: readonly (readonly [string, string])[]
}

/** A login at a browser. */
export interface Here {
  readonly browser: Browser
  readonly login: Login
}
