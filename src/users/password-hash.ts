/**
 * Hashes of passwords as PHC strings: argon2id where it is to be had (the optional peer `@node-rs/argon2`, or Node 24 and
 * later), else scrypt. Both are verified, whichever made them.
 *
 * @see {@link https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html OWASP Password Storage}
 * @module
 */
import { constantTimeEqual, nodeCrypto, utf8 } from '../runtime/hash.js'
import { inTurn } from './hash-queue.js'

/** Most bytes of a password, in UTF-8. What is longer is never hashed. */
export const MAX_PASSWORD_BYTES = 1024

/** What OWASP recommends: 19 MiB and 2 passes for argon2id, 2^17 blocks (128 MiB) for scrypt. */
const argon2id: Parameters = { algorithm: 'argon2id', m: 19_456, t: 2, p: 1 }
const scrypt: Parameters = { algorithm: 'scrypt', ln: 17, r: 8, p: 1 }

/**
 * Hashes a password for the app's user table, for example `$argon2id$v=19$m=19456,t=2,p=1$…`.
 *
 * @throws {RangeError} when the password is longer than {@link MAX_PASSWORD_BYTES}.
 */
export async function hashPassword(password: string): Promise<string> {
  const bytes = utf8(password)
  if (bytes.length > MAX_PASSWORD_BYTES) throw new RangeError('The password is longer than 1024 bytes.')
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const parameters = await preferred()
  return write({ parameters, salt, tag: await derive(bytes, salt, parameters, 32) })
}

/**
 * Whether `password` is the one that `hash` was made of. A password longer than {@link MAX_PASSWORD_BYTES} never is.
 *
 * @throws {TypeError} when `hash` is not a PHC string of argon2id or scrypt.
 */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const { parameters, salt, tag } = read(hash)
  const bytes = utf8(password)
  if (bytes.length > MAX_PASSWORD_BYTES) return false
  return constantTimeEqual(await derive(bytes, salt, parameters, tag.length), tag)
}

/** Whether {@link hashPassword} would make a stronger hash today: argon2id in place of scrypt, or with higher costs. */
export async function needsRehash(hash: string): Promise<boolean> {
  const { parameters, salt, tag } = read(hash)
  const best = await preferred()
  if (parameters.algorithm !== best.algorithm) return best.algorithm === 'argon2id'
  return work(parameters) < work(best) || salt.length < 16 || tag.length < 32
}

/** A hash that no password is known for and that costs what a real one costs: for users who do not exist. */
export async function decoyHash(): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(48))
  return write({ parameters: await preferred(), salt: bytes.subarray(0, 16), tag: bytes.subarray(16) })
}

type Parameters =
  | { readonly algorithm: 'argon2id'; readonly m: number; readonly t: number; readonly p: number }
  | { readonly algorithm: 'scrypt'; readonly ln: number; readonly r: number; readonly p: number }

interface PasswordHash {
  readonly parameters: Parameters
  readonly salt: Uint8Array
  readonly tag: Uint8Array
}

const preferred = async (): Promise<Parameters> => ((await argon2()) ? argon2id : scrypt)

type Argon2 = (
  password: Uint8Array,
  salt: Uint8Array,
  costs: { readonly m: number; readonly t: number; readonly p: number },
  length: number,
) => Promise<Uint8Array>

let found: Argon2 | null | undefined

/** Looked for once. Not the promise is kept: on Workers one that a request has begun may never settle. */
async function argon2(): Promise<Argon2 | null> {
  if (found === undefined) found = await loadArgon2()
  return found
}

const loadArgon2 = (): Promise<Argon2 | null> =>
  import(/* webpackIgnore: true */ /* turbopackIgnore: true */ '@node-rs/argon2').then(
    ({ hashRaw }): Argon2 =>
      (password, salt, { m, t, p }, outputLen) =>
        hashRaw(password, { salt, memoryCost: m, timeCost: t, parallelism: p, outputLen, algorithm: ARGON2ID }),
    nodeArgon2,
  )

/** `Algorithm.Argon2id`, a const enum, which does not exist in the module's JavaScript. */
const ARGON2ID = 2

const node = nodeCrypto

/** `crypto.argon2`, which the types of Node 20 do not know. */
function nodeArgon2(): Argon2 | null {
  const found: unknown = node && Reflect.get(node, 'argon2')
  if (typeof found !== 'function') return null
  return (message, nonce, { m, t, p }, tagLength) =>
    new Promise((resolve, reject) => {
      const costs = { message, nonce, memory: m, passes: t, parallelism: p, tagLength }
      found('argon2id', costs, (error: unknown, tag: Uint8Array) => (error ? reject(error) : resolve(tag)))
    })
}

function derive(password: Uint8Array, salt: Uint8Array, costs: Parameters, length: number): Promise<Uint8Array> {
  return inTurn(() => compute(password, salt, costs, length))
}

async function compute(password: Uint8Array, salt: Uint8Array, costs: Parameters, length: number): Promise<Uint8Array> {
  if (costs.algorithm === 'argon2id') {
    const run = await argon2()
    if (run) return run(password, salt, costs, length)
    throw new Error('A password hash is argon2id, which this runtime lacks. Run `npm install @node-rs/argon2`.')
  }
  if (!node) {
    throw new Error(
      'This runtime has neither argon2 nor scrypt. On Cloudflare Workers turn on `nodejs_compat`, or check passwords ' +
        'yourself: `passwordLogin({ verify })`.',
    )
  }
  const { ln, r, p } = costs
  const options = { N: 2 ** ln, r, p, maxmem: 256 * r * (2 ** ln + p) }
  return new Promise((resolve, reject) => {
    node.scrypt(password, salt, length, options, (error, tag) => (error ? reject(error) : resolve(tag)))
  })
}

/** @see {@link https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md PHC string format} */
function write({ parameters, salt, tag }: PasswordHash): string {
  return `$${costs(parameters)}$${toBase64(salt)}$${toBase64(tag)}`
}

function costs(parameters: Parameters): string {
  return parameters.algorithm === 'argon2id'
    ? `argon2id$v=19$m=${parameters.m},t=${parameters.t},p=${parameters.p}`
    : `scrypt$ln=${parameters.ln},r=${parameters.r},p=${parameters.p}`
}

/** How much an attacker has to pay for a guess, to compare costs of the same algorithm. */
function work(parameters: Parameters): number {
  return parameters.algorithm === 'argon2id'
    ? parameters.m * parameters.t
    : 2 ** parameters.ln * parameters.r * parameters.p
}

function read(hash: string): PasswordHash {
  const match =
    /^\$(?:argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})|scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2}))\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/.exec(
      hash,
    )
  if (!match) {
    throw new TypeError(
      'A password hash is not a PHC string of argon2id or scrypt. Make hashes with `hashPassword`, or check passwords yourself: `passwordLogin({ verify })`.',
    )
  }
  const [, m, t, p, ln, r, parallel, salt = '', tag = ''] = match
  const parameters: Parameters =
    m !== undefined
      ? { algorithm: 'argon2id', m: Number(m), t: Number(t), p: Number(p) }
      : { algorithm: 'scrypt', ln: Number(ln), r: Number(r), p: Number(parallel) }
  return { parameters, salt: fromBase64(salt), tag: fromBase64(tag) }
}

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replaceAll('=', '')
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
