/**
 * Ids and secrets of clients that an operator brings along, from a configuration or from another server.
 *
 * @module
 */
import type { ClientMetadata } from '../protocol/client-metadata.js'
import { decodeBase64url, digest, encodeBase64url } from '../runtime/hash.js'
import { mistake } from '../runtime/option-checks.js'
import { type ClientSecret, importedSecretHash, lasting } from './client.js'

/** A client that is to be registered. One that moves here from another server keeps its id, and its secret. */
export interface NewClient extends ClientMetadata {
  /** 1 to 255 characters of printable ASCII, and no `https` URL, which is where a client's own metadata document is. @default a new one */
  readonly client_id?: string | undefined
  /** Of a confidential client: at least 32 characters of printable ASCII, random. @default a new one */
  readonly client_secret?: string | undefined
  /**
   * In place of the secret, its unsalted SHA-256, which is what some servers keep: 64 hexadecimal digits, or base64 or base64url. Nobody can
   * see how strong the secret is, so 20 wrong ones an hour are answered from each address, and from then on none.
   */
  readonly client_secret_sha256?: string | undefined
}

/** Who has the secret: how messages begin (`clients[0]: `), and what the client proves itself with. */
interface Holder {
  readonly where: string
  readonly method: string | undefined
  readonly usesSecret: boolean
  /** What to do about a secret that is too short. */
  readonly cure?: string | undefined
}

/** What a new client brings along. @throws {TypeError} when the id is none, or there are two secrets. */
export function readGiven(given: NewClient) {
  const where = 'Client metadata: '
  const { client_id, client_secret, client_secret_sha256, ...metadata } = Object(given) as NewClient
  // Draft OAuth Client ID Metadata Document: such an id is owned by whoever has the host.
  if (typeof client_id === 'string' && /^https:/i.test(client_id)) {
    throw new TypeError(`${where}client_id is an https URL, where a client's own metadata document is; use another id.`)
  }
  if (client_secret !== undefined && client_secret_sha256 !== undefined) {
    throw new TypeError(`${where}client_secret and client_secret_sha256 are set; remove one of them.`)
  }
  return {
    // What is no object is for the parser to refuse.
    metadata: given === Object(given) ? metadata : given,
    client_id: client_id === undefined ? undefined : checkedClientId(client_id, where),
    /** Null when it brings none. @throws {TypeError} when the secret is none, or the client has no secret. */
    secretsFor(method: string | undefined, usesSecret: boolean): readonly ClientSecret[] | null {
      const cure = 'of one that another server has made, give the client_secret_sha256'
      const holder = { where, method, usesSecret, cure }
      if (client_secret_sha256 !== undefined) return checkedSha256(client_secret_sha256, holder)
      return client_secret === undefined ? null : checkedSecret(client_secret, holder)
    },
  }
}

/** @throws {TypeError} when it is none. */
export function checkedClientId(client_id: unknown, where: string): string {
  // RFC 6749 appendix A.1: VSCHAR. A colon is no problem, because Basic credentials are form-encoded first (§2.3.1).
  if (typeof client_id === 'string' && /^[\x20-\x7e]{1,255}$/.test(client_id)) return client_id
  throw mistake(`${where}client_id must be 1 to 255 characters of printable ASCII.`, client_id)
}

/** The secret of a client that has one. @throws {TypeError} when it must not have one, or lacks it, or it is too short. */
export function checkedSecret(secret: unknown, holder: Holder): ClientSecret[] {
  const { where, usesSecret, cure = 'make one with "openssl rand -hex 32"' } = holder
  refuseUnused(secret, 'client_secret', holder)
  if (!usesSecret) return []
  if (secret === undefined) {
    throw new TypeError(
      `${where}client_secret is missing; set it, or make the client public with token_endpoint_auth_method none.`,
    )
  }
  if (typeof secret !== 'string' || !/^[\x20-\x7e]{32,1024}$/.test(secret)) {
    throw new TypeError(`${where}client_secret must be at least 32 characters of printable ASCII; ${cure}.`)
  }
  return [lasting(secret)]
}

/** A secret of which another server has kept the SHA-256. @throws {TypeError} when it is none, or the client has no secret. */
function checkedSha256(text: unknown, holder: Holder): ClientSecret[] {
  refuseUnused(text, 'client_secret_sha256', holder)
  const hash = typeof text === 'string' ? canonicalSha256(text) : null
  if (hash === null) {
    throw new TypeError(
      `${holder.where}client_secret_sha256 must be the SHA-256 of the secret, unsalted: 64 hexadecimal digits, or 32 bytes in base64 or base64url.`,
    )
  }
  if (hash === digest('')) throw new TypeError(`${holder.where}client_secret_sha256 is that of an empty secret.`)
  return [{ hash: importedSecretHash(hash), expiresAt: null, strength: 'unknown' }]
}

/** In base64url. */
function canonicalSha256(text: string): string | null {
  if (/^[0-9A-Fa-f]{64}$/.test(text)) {
    return encodeBase64url(Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)))
  }
  const base64url = text.replace(/=$/, '').replaceAll('+', '-').replaceAll('/', '_')
  return decodeBase64url(base64url)?.length === 32 ? base64url : null
}

function refuseUnused(value: unknown, field: string, { where, method, usesSecret }: Holder): void {
  if (value === undefined || usesSecret) return
  throw new TypeError(`${where}${field} is set, but token_endpoint_auth_method is ${method}; remove one of them.`)
}
