/**
 * Wraps key material with the deployment's secret before it is stored: AES-256-GCM under a key derived per purpose, bound
 * to the issuer and the key's id, so that whoever writes to the store can neither read a key nor put in one of their own.
 *
 * @module
 */
import { isLoopbackHost } from '../edge/network.js'
import { decodeBase64url, encodeBase64url, hmacSha256, utf8 } from '../runtime/hash.js'

/** Closes and opens the stored form of keys. `id` is the id of the key. */
export interface KeyWrap {
  /** Wrapped by the first secret; with no secret at all, readable by anybody. */
  seal(purpose: WrapPurpose, id: string, material: Uint8Array): Promise<string>
  /** Rejects with a message that says what to do when no secret opens it. */
  open(purpose: WrapPurpose, id: string, sealed: string): Promise<Uint8Array<ArrayBuffer>>
}

/** What the wrapped key is for. A key of one purpose never opens as one of another. */
export type WrapPurpose = 'signing' | 'mac'

export interface WrapOptions {
  readonly issuer: string
  /** The first wraps, all open. Each at least 32 bytes of UTF-8. */
  readonly secrets: readonly string[]
  /** Whether keys may be stored readable. An issuer on the loopback interface may anyway. */
  readonly allowUnwrappedKeys: boolean
  readonly randomBytes: (length: number) => Uint8Array
}

/** @throws {TypeError} when a secret is too short or plainly not random. */
export function openKeyWrap(options: WrapOptions): KeyWrap {
  const { issuer, secrets, randomBytes } = options
  for (const secret of secrets) checkSecret(secret)
  const mayBeUnwrapped = options.allowUnwrappedKeys || isLoopback(issuer)
  const additionalData = (purpose: WrapPurpose, id: string) => utf8(JSON.stringify([purpose, issuer, id]))

  return {
    async seal(purpose, id, material) {
      const [secret] = secrets
      if (secret === undefined) {
        checkWrapping(options)
        return `unwrapped:${encodeBase64url(material)}`
      }
      const iv = new Uint8Array(randomBytes(12))
      const algorithm = { name: 'AES-GCM', iv, additionalData: additionalData(purpose, id) }
      const box = await crypto.subtle.encrypt(algorithm, await wrappingKey(secret, purpose), new Uint8Array(material))
      return `a256gcm:${encodeBase64url(iv)}:${encodeBase64url(new Uint8Array(box))}`
    },

    async open(purpose, id, sealed) {
      const [form, ...parts] = sealed.split(':')
      const [first, second] = parts.map(decodeBase64url)
      if (form === 'unwrapped' && first) {
        if (mayBeUnwrapped) return new Uint8Array(first)
        throw new Error(
          `The stored key ${id} is not wrapped. Set \`allowUnwrappedKeys\` next to \`secret\`, rotate the keys once, ` +
            'which wraps them all, and remove the option again',
        )
      }
      if (form !== 'a256gcm' || !first || !second) throw new Error(`The stored key ${id} is damaged`)
      const algorithm = {
        name: 'AES-GCM',
        iv: new Uint8Array(first),
        additionalData: additionalData(purpose, id),
      }
      for (const secret of secrets) {
        const key = await wrappingKey(secret, purpose)
        const material = await crypto.subtle.decrypt(algorithm, key, new Uint8Array(second)).catch(() => null)
        if (material) return new Uint8Array(material)
      }
      throw new Error(
        `The stored key ${id} was wrapped with none of the secrets in the option \`secret\`. Put the secret it was ` +
          'wrapped with back into the list, after the new one; it can go after the keys have been rotated',
      )
    },
  }
}

/**
 * Checks that keys can be stored safely for this issuer.
 *
 * @throws {TypeError} when there is no secret and nothing that permits to go without.
 */
export function checkWrapping(options: Omit<WrapOptions, 'randomBytes'>): void {
  if (options.secrets.length > 0 || options.allowUnwrappedKeys || isLoopback(options.issuer)) return
  throw new TypeError(
    'The option `secret` is missing: the keys are stored wrapped with it. Give it 32 random bytes or more from the ' +
      "environment, for example the output of `openssl rand -hex 32`, as `secret: process.env['AUTH_SECRET']`. " +
      '`allowUnwrappedKeys: true` does without: then whoever can read the database can sign tokens',
  )
}

function checkSecret(secret: string): void {
  if (typeof secret !== 'string' || utf8(secret).length < 32) {
    throw new TypeError('Every `secret` must be a string of at least 32 bytes, such as `openssl rand -hex 32` prints')
  }
  // Random text of this length practically never has so few different characters, in whatever alphabet.
  if (new Set(secret).size < 8) {
    throw new TypeError('A `secret` is not random: use one that `openssl rand -hex 32` prints')
  }
}

function wrappingKey(secret: string, purpose: WrapPurpose): Promise<CryptoKey> {
  const derived = new Uint8Array(hmacSha256(utf8(secret), `gw-wrap-1\0${purpose}`))
  return crypto.subtle.importKey('raw', derived, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

function isLoopback(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false
  const { protocol, hostname } = new URL(issuer)
  return protocol === 'http:' && isLoopbackHost(hostname)
}
