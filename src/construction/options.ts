/**
 * What an authorization server is made of: every option, its meaning, unit and default. `settings.ts` checks them.
 *
 * @module
 */
import type { StaticClient } from '../clients/static.js'
import type { RateLimiter } from '../deployment/limits.js'
import type { ResourceOptions } from '../deployment/resource-options.js'
import type { ServerEvent } from '../edge/events.js'
import type { SigningAlgorithm } from '../keys/signer.js'
import type { Signer } from '../keys/signer-contract.js'
import type { PagesOptions } from '../pages/options.js'
import type { Feature } from '../points/feature.js'
import type { Storage } from '../storage/contract.js'
import type { ClientClaims, UserAuthentication } from '../users/contract.js'
import type { UserAuthenticationFactory } from '../users/services.js'

/** Options of {@link createAuthorizationServer}. All durations are in seconds. */
export interface ServerOptions<Native = unknown> {
  /**
   * The server's name: the `iss` of every token and answer, byte for byte, and the base of every URL in the metadata. An `https`
   * URL without query or fragment (RFC 8414 §2); `http` only for localhost, 127.0.0.1 and [::1], and what `allowHttpBeyondLoopback` allows.
   */
  readonly issuer: string
  /** Where everything is kept, for example `sqliteStorage(new Database('auth.db'))`. */
  readonly storage: Storage
  /** Who the users are: `passwordLogin(…)`, `externalLogin(…)`, or your own {@link UserAuthentication}. */
  readonly users: UserAuthentication<Native> | UserAuthenticationFactory
  /**
   * The APIs that access tokens are for, by their URI (RFC 8707), which becomes the `aud` of their tokens. With `openid()` it may be left out: then people
   * log in to other apps, and there is no API.
   */
  readonly resources?: { readonly [uri: string]: ResourceOptions } | undefined
  /** Name, colours and words of the pages that people see, or pages of the app's own. @default those that ship */
  readonly pages?: PagesOptions<Native> | undefined
  /** Clients that are part of the configuration, beside those made with `clients.create`. @default [] */
  readonly clients?: readonly StaticClient[] | undefined
  /**
   * Redirect URIs of public clients whose scheme has no dot in it, whole and compared as strings, for apps that cannot be changed:
   * `cursor://anysphere.cursor-mcp/oauth/callback`. Any app on a device can claim such a scheme, so list what you know (RFC 8252
   * §7.1, §8.4). What is taken off the list matches no more, also for clients that are registered with it. @default []
   */
  readonly privateUseRedirectUris?: readonly string[] | undefined
  /**
   * For development in containers and on a LAN: `http` also for the addresses of private networks and names without a dot, as issuer and in the
   * redirect URIs of the option `clients`. Whoever is on the network can then read passwords and tokens, so each start says it on the console.
   * Refused while `NODE_ENV` is `production`, in a build as well. @default false
   */
  readonly allowHttpBeyondLoopback?: boolean | undefined
  /**
   * Wraps the generated keys in the store (AES-256-GCM) and salts refresh tokens: at least 32 bytes from the environment. A list
   * rotates it: the first is used, all are tried. Required unless the issuer is on loopback, or `allowUnwrappedKeys`.
   */
  readonly secret?: string | readonly string[] | undefined
  /** Stores generated private keys readable: whoever reads the store or a backup can sign tokens. @default false */
  readonly allowUnwrappedKeys?: boolean | undefined
  /** Algorithm of generated signing keys. @default 'ES256' */
  readonly signingAlgorithm?: SigningAlgorithm | undefined
  /**
   * Your own signing keys instead of generated ones, made with `importSigner` or by a KMS: the first signs, all are published.
   */
  readonly signingKeys?: readonly Signer[] | undefined
  /** Path of the endpoints under the issuer. @default '/oauth' */
  readonly basePath?: string | undefined
  /** How many reverse proxies in front append to `x-forwarded-for`; 0 believes only the socket. @default 0 */
  readonly trustProxy?: number | undefined
  /**
   * Limiters of your own in place of those that count in the storage, by what is limited: those of rate-limiter-flexible, or whatever has
   * their `consume(key)`. The names are `pendingRequestsPerAddress`, `pendingRequestsPerBrowser`, `pendingRequestsWithoutAddress`,
   * `loginsWithoutAddress`, and those that features bring; `docs/rate-limits.md` says what each counts. While one is broken, the default
   * takes its place. Attempts at passwords have a `limiter` of their own, in `passwordLogin`.
   *
   * @default {}
   */
  readonly limiter?: { readonly [name: string]: RateLimiter } | undefined
  /** RFC 6749 §4.1.2 recommends at most 600. @default 60 */
  readonly codeLifetime?: number | undefined
  /** A resource may have its own. @default 600 */
  readonly accessTokenLifetime?: number | undefined
  /** A refresh token that is not used for this long ends. @default 2_592_000 (30 days) */
  readonly refreshIdleLifetime?: number | undefined
  /** However often it is refreshed, a grant ends after this long. @default 15_552_000 (180 days) */
  readonly grantLifetime?: number | undefined
  /**
   * How long a spent refresh token may be retried and gets the same successor, so that lost answers and parallel tabs log nobody
   * out. 0 turns it off: then every second use ends the grant. @default 30
   */
  readonly retryWindow?: number | undefined
  /**
   * How long a person may take to log in and decide. For an hour after that the request is kept, so that it can begin anew in its browser.
   * @default 600
   */
  readonly pendingRequestLifetime?: number | undefined
  /** How long a consent is remembered. @default 31_536_000 (1 year) */
  readonly consentLifetime?: number | undefined
  /** How long an instance goes on with a client record it has read. @default 30 */
  readonly clientCacheLifetime?: number | undefined
  /** Generated signing keys are followed by new ones after this long. @default 7_776_000 (90 days) */
  readonly keyRotationInterval?: number | undefined
  /** `max-age` of the JWKS. @default 300 */
  readonly jwksMaxAge?: number | undefined
  /**
   * How long one verb of the storage may take. Then it counts as failed, although it may yet be carried out, and the request is answered with 503;
   * all of a request may take 8/3 as long (8 seconds). Not for storages that never wait: memory and SQLite. @default 3
   */
  readonly storageTimeout?: number | undefined
  /**
   * Expired records are deleted by the way, beside the requests: `every` so many seconds on average, from 1 to 86,400, in each instance
   * and at random times, in small batches with pauses, so that it takes at most a tenth of the store's time. It begins with the first
   * request and ends with `close()`; its timers keep no process alive. Nothing is deleted where the storage expires by itself, and on
   * Cloudflare Workers, where a cron must call `storage.purge`. `false` leaves it to the app: {@link startPurging}.
   *
   * @default { every: 60 }
   */
  readonly purge?: false | { readonly every?: number | undefined } | undefined
  /**
   * What this server can do besides: values imported from entries of their own, or features of the app's own. In no order. What is not
   * given is not in the metadata and not in the bundle.
   *
   * @default []
   */
  readonly features?: readonly Feature[] | undefined
  /** Claims for tokens of the client_credentials grant, which have no user. */
  readonly clientClaims?: ClientClaims | undefined
  /**
   * Called with every audit event, after the fact. What it throws is ignored. What was refused and what broke is on the console in any case:
   * `docs/events.md`.
   */
  readonly onEvent?: ((event: ServerEvent) => void) | undefined
  /** The clock, in epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
  /** Fresh, unpredictable bytes. @default crypto.getRandomValues */
  readonly randomBytes?: ((length: number) => Uint8Array) | undefined
}
