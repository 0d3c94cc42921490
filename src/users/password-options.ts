/**
 * The options of passwordLogin.
 *
 * @module
 */
import type { Claims, ClaimsContext } from './contract.js'
import type { Limiter } from './throttle.js'

type Awaitable<T> = T | Promise<T>

/** The app keeps hashes made with `hashPassword`; the library compares. */
export interface FindUserOptions {
  /**
   * The user who logs in by this name, or null. A user without a `passwordHash` cannot log in with a password. Not asked for names of
   * more than 320 characters (UTF-16 code units).
   */
  readonly find: (username: string) => Awaitable<StoredUser | null | undefined>
  /**
   * Keeps a stronger hash of the same password, made when a user has logged in with an older one. `replacedHash` is the one that
   * `find` gave. Store the new one only if that is still there, else a password that was changed in between comes back:
   * `UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?`. Whatever it returns is ignored; what it throws fails the
   * login.
   */
  readonly save?: ((subject: string, passwordHash: string, replacedHash: string) => Awaitable<unknown>) | undefined
  readonly verify?: undefined
}

export interface StoredUser {
  /** The user's stable id, the `sub` of tokens: 1 to 255 characters, never given to somebody else later. */
  readonly subject: string
  /** A PHC string of argon2id or scrypt. */
  readonly passwordHash: string | null
}

/** The app compares. An unknown user should take it as long as a wrong password. */
export interface VerifyPasswordOptions {
  /**
   * The subject of the user whose password this is, or null. Not asked for passwords of more than 1024 bytes and for names of more than
   * 320 characters (UTF-16 code units).
   */
  readonly verify: (username: string, password: string) => Awaitable<string | VerifiedUser | null | undefined>
  readonly find?: undefined
  readonly save?: undefined
}

export interface VerifiedUser {
  readonly subject: string
  /** The methods that were used (RFC 8176). @default ['pwd'] */
  readonly amr?: readonly string[] | undefined
}

/** Options of {@link passwordLogin}. Lifetimes are in seconds. */
export type PasswordLoginOptions = (FindUserOptions | VerifyPasswordOptions) & {
  /** Claims about a user for access tokens; null when the user is gone or blocked, which ends the grant. */
  readonly claims?: ((subject: string, context: ClaimsContext) => Awaitable<Claims | null>) | undefined
  /** Without a visit for this long a person must log in again. @default 3600 (1 hour) */
  readonly sessionIdleLifetime?: number | undefined
  /** However often a person comes by, they must log in again after this long. @default 43_200 (12 hours) */
  readonly sessionLifetime?: number | undefined
  /**
   * The app's own page for a forgotten password, linked on the login page: an absolute path, or an `http` or `https` URL. It gets the
   * query parameter `return_to`, where to send the browser afterwards, if {@link parseReturnTo} accepts it.
   */
  readonly forgotPasswordUrl?: string | undefined
  /**
   * The app's own page to sign up, linked on the login page: an absolute path, or an `http` or `https` URL. It gets `return_to`, too;
   * `auth.users.startSession` logs in whom the app has signed up, and says where they go on.
   */
  readonly signUpUrl?: string | undefined
  /**
   * Bounds the attempts. @default 5 per user and 30 per address in a minute, then growing waits of at most 15 minutes, which come after
   * 20 at one user within 24 hours in any case; counted in the storage
   */
  readonly limiter?: Limiter | undefined
}
