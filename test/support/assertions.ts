/**
 * Keys of clients, and the assertions that they make with them.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { SigningAlgorithm } from '../../src/keys/jwk.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import { ISSUER } from './harness.js'

export const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export const newKey = async (alg: SigningAlgorithm = 'ES256', kid?: string): Promise<Signer> =>
  importSigner(await generatePrivateJwk(alg), { kid })

export const jwksOf = (...signers: readonly Signer[]) => ({ keys: signers.map(({ publicJwk }) => ({ ...publicJwk })) })

/** The same keys with nothing but what makes them keys. */
export const bareJwksOf = (...signers: readonly Signer[]) => ({
  keys: signers.map(({ publicJwk: { kid: _, alg: __, use: ___, ...bare } }) => bare),
})

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

type Changes = { readonly [name: string]: unknown }

/** What an assertion of a client says, with changes; undefined leaves a claim out. */
export const claimsFor = (client_id: string, now: number, changes: Changes = {}): Changes => ({
  iss: client_id,
  sub: client_id,
  aud: ISSUER,
  jti: randomUUID(),
  iat: Math.floor(now / 1000),
  exp: Math.floor(now / 1000) + 60,
  ...changes,
})

/** A JWS with just these members. */
export async function signed(signer: Signer, claims: unknown, header: Changes = {}): Promise<string> {
  const input = `${encode({ alg: signer.alg, kid: signer.kid, ...header })}.${encode(claims)}`
  return `${input}.${Buffer.from(await signer.sign(Buffer.from(input))).toString('base64url')}`
}

/** The parameters that carry it. */
export const carried = (client_assertion: string) => ({ client_assertion_type: TYPE, client_assertion })
