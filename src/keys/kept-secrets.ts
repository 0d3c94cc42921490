/**
 * Secrets of features that never change, because what was made with them must come out the same for ever. Each is made when it is first needed, once for all
 * instances, and stored wrapped as keys are.
 *
 * @module
 */
import { digest, encodeBase64url } from '../runtime/hash.js'
import type { Storage } from '../storage/contract.js'
import type { KeyWrap } from './wrap.js'

export interface KeptSecrets {
  /** 32 bytes. @throws {Error} when no feature has named it */
  get(name: string): Uint8Array | Promise<Uint8Array>
  /** Wraps anew, by the first secret of the deployment, what is stored. */
  wrapAnew(): Promise<void>
}

export interface KeptSecretsOptions {
  readonly storage: Storage
  readonly issuer: string
  readonly wrap: KeyWrap
  readonly names: readonly string[]
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

export function keptSecrets({ storage, issuer, wrap, names, now, randomBytes }: KeptSecretsOptions): KeptSecrets {
  const known = new Map<string, Uint8Array>()
  const idOf = (name: string) => digest(`gw-kept-1\0${issuer}\0${name}`)

  async function read(name: string): Promise<{ readonly secret: Uint8Array; readonly version: string } | null> {
    const stored = await storage.get('key', idOf(name))
    if (!stored) return null
    const document: unknown = JSON.parse(stored.document)
    const sealed = typeof document === 'object' && document !== null && 'sealed' in document ? document.sealed : null
    if (typeof sealed !== 'string') throw new Error(`The stored secret '${name}' is damaged`)
    return { secret: await wrap.open('mac', `kept ${name}`, sealed), version: stored.version }
  }

  async function recordOf(name: string, secret: Uint8Array) {
    const document = JSON.stringify({ v: 1, sealed: await wrap.seal('mac', `kept ${name}`, secret) })
    const version = encodeBase64url(randomBytes(12))
    return { id: idOf(name), version, subject: null, clientId: null, expiresAt: null, document }
  }

  async function load(name: string): Promise<Uint8Array> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await read(name)
      // Whoever stores it first has made it, for all.
      const secret = stored?.secret ?? new Uint8Array(randomBytes(32))
      if (!stored && !(await storage.insert('key', await recordOf(name, secret), now()))) continue
      known.set(name, secret)
      return secret
    }
    throw new Error(`The secret '${name}' can be neither read nor stored`)
  }

  return {
    get(name) {
      if (!names.includes(name)) throw new Error(`Write \`keptSecrets: ['${name}']\` in the feature that uses it.`)
      return known.get(name) ?? load(name)
    },
    async wrapAnew() {
      for (const name of names) {
        for (let attempt = 0; ; attempt++) {
          const stored = await read(name)
          if (!stored || (await storage.replace('key', await recordOf(name, stored.secret), stored.version))) break
          // Whoever takes the old secret away next would lose it.
          if (attempt === ATTEMPTS) throw new Error(`The secret '${name}' could not be wrapped anew: too many write it`)
        }
      }
    },
  }
}

const ATTEMPTS = 4
