/**
 * Access tokens of an authorization server somewhere else: JWTs are verified here with its keys, other tokens are introspected.
 *
 * @module
 */

import type { Fetch } from '../edge/way-out.js'
import { isSigningAlgorithm, type SigningAlgorithm, signingAlgorithms } from '../keys/jwk.js'
import { verifyJws } from '../keys/jws.js'
import { parseJsonObject } from '../protocol/json-object.js'
import { withScheme } from '../protocol/spelling.js'
import { MAX_ACCESS_TOKEN_LENGTH } from '../protocol/token-string.js'
import { decodeBase64url } from '../runtime/hash.js'
import { checkHttpBeyondLoopback, whereHttp } from '../runtime/http-beyond-loopback.js'
import { isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import type { Access, TokenSource } from './access.js'
import { accessOf } from './claims.js'
import { fetchJson, isSafeUrl } from './fetch-json.js'
import { type IntrospectionOptions, introspector } from './introspection.js'
import { readKeys } from './issuer-keys.js'
import { discover } from './issuer-metadata.js'
import { keep, Unreachable } from './kept.js'

/** For an API in another process than its authorization server. */
export interface RemoteOptions {
  /** The issuer, exactly as it stands in the tokens. Everything else is found through its metadata. */
  readonly issuer: string
  readonly server?: undefined
  /**
   * For development in containers and on a LAN: the issuer and its endpoints may be `http` also at the addresses of private networks and at
   * names without a dot. Each start says it on the console. Refused while `NODE_ENV` is `production`. @default false
   */
  readonly allowHttpBeyondLoopback?: boolean | undefined
  /** The `aud` that tokens must have. */
  readonly resource: string
  /** The algorithms that a token may be signed with. @default all that the library knows, none of them symmetric */
  readonly algorithms?: readonly SigningAlgorithm[] | undefined
  /** Seconds by which the clock of the issuer may differ. At most 300. @default 5 */
  readonly clockTolerance?: number | undefined
  /** Introspect tokens that are no JWTs. @default they are refused */
  readonly introspection?: IntrospectionOptions | undefined
  /** Told why the authorization server could not be asked. Requests get 503 then. @default console.error */
  readonly onFailure?: ((cause: unknown) => void) | undefined
  /** @default the global `fetch` */
  readonly fetch?: Fetch | undefined
  /** Epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
}

/** @throws {TypeError} when an option is wrong. */
export function remoteTokens(options: RemoteOptions): TokenSource {
  const httpBeyondLoopback = checkHttpBeyondLoopback(options.allowHttpBeyondLoopback, options.issuer)
  check(options, httpBeyondLoopback)
  const { issuer, resource, introspection, now = Date.now } = options
  const algorithms = options.algorithms ?? signingAlgorithms
  const tolerance = (options.clockTolerance ?? 5) * 1000
  // Looked up when it is needed, so that whoever replaces the global one is heard.
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const failed = (cause: unknown) => {
    try {
      const tell = options.onFailure ?? console.error
      tell(cause)
    } catch {
      // Whoever listens does not decide about requests.
    }
  }

  const metadata = keep(() => discover(fetch, issuer, httpBeyondLoopback), now, failed)
  const keys = keep(
    async () => {
      const { jwksUri } = await metadata.current()
      const answer = await fetchJson(fetch, jwksUri)
      return { value: readKeys(answer, algorithms, jwksUri), maxAge: answer.maxAge }
    },
    now,
    failed,
  )
  const findKey = async (kid: string, alg: SigningAlgorithm) =>
    (await keys.current()).find(kid, alg) ?? (await keys.renewed()).find(kid, alg)
  const expected = () => ({ issuer, resource, now: now(), tolerance })
  const introspect = introspection && introspector(introspection, fetch, () => metadata.current(), expected, failed)

  async function verify(token: string, alg: unknown): Promise<Access | null> {
    // RFC 8725 §3.1: none but the allowed ones, whatever the header says.
    if (!isSigningAlgorithm(alg) || !algorithms.includes(alg)) return null
    // RFC 9068 §4: the type, so that an ID token never passes for an access token.
    const verified = await verifyJws(token, (kid) => findKey(kid, alg), 'at+jwt')
    const claims = verified && parseJsonObject(verified.payload)
    return claims && accessOf(claims, expected())
  }

  async function find(token: string): Promise<Access | null> {
    // Others than ours, too, need not issue longer ones.
    if (token.length > MAX_ACCESS_TOKEN_LENGTH) return null
    const header = joseHeader(token)
    if (header && !introspection?.always) return verify(token, header.alg)
    return introspect ? introspect(token) : null
  }

  return {
    issuer,
    resource,
    defaultScope: undefined,
    name: undefined,
    now,
    tolerance,
    find: (token) =>
      find(token).catch((cause: unknown) => {
        if (!(cause instanceof Unreachable)) failed(cause)
        throw cause
      }),
  }
}

/** The header of what looks like a JWS; null for every other string. Nothing in it is believed. */
function joseHeader(token: string): { readonly alg?: unknown } | null {
  const parts = token.split('.')
  const bytes = parts.length === 3 && parts[0] ? decodeBase64url(parts[0]) : null
  return bytes && parseJsonObject(bytes)
}

function check(
  { issuer, resource, algorithms, clockTolerance = 5, introspection }: RemoteOptions,
  httpBeyondLoopback: boolean,
): void {
  const meant = withScheme(issuer)
  if (meant !== undefined) throw mistake(`issuer has no scheme. Write \`issuer: '${meant}'\`.`, issuer)
  if (!isSafeUrl(issuer, httpBeyondLoopback) || /[?#]/.test(issuer)) {
    throw mistake(
      `issuer must be an https URL without query, a string (${whereHttp}). Write for example \`issuer: 'https://auth.example.com'\`.`,
      issuer,
    )
  }
  if (typeof resource !== 'string' || resource === '') {
    throw mistake(
      "resource is missing. Write the `aud` of your tokens: `resource: 'https://api.example.com'`.",
      resource,
    )
  }
  if (algorithms && !(algorithms.length > 0 && algorithms.every(isSigningAlgorithm))) {
    throw new TypeError(`algorithms must be some of ${signingAlgorithms.join(', ')}.`)
  }
  if (!isSeconds(clockTolerance) || clockTolerance > 300) {
    throw mistake('clockTolerance must be a number of seconds from 0 to 300.', clockTolerance)
  }
  if (!introspection) return
  if (!isRecord(introspection)) {
    throw mistake(
      'introspection must be an object. Write `introspection: { client_id, client_secret }`.',
      introspection,
    )
  }
  const known: readonly (keyof IntrospectionOptions)[] = ['client_id', 'client_secret', 'cacheFor', 'always']
  refuseUnknown(introspection, known, 'introspection')
  const { client_id, client_secret, cacheFor = 10 } = introspection
  for (const [name, value] of Object.entries({ client_id, client_secret })) {
    if (typeof value !== 'string' || value === '') throw new TypeError(`introspection.${name} must be a string.`)
  }
  if (!isSeconds(cacheFor)) throw mistake('introspection.cacheFor must be a number of seconds, 0 or more.', cacheFor)
}

const isSeconds = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0
