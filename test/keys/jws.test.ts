import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { signJws, type VerificationKey, verificationKey, verifyJws } from '../../src/keys/jws.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'

let signer: Signer
let key: VerificationKey
let attacker: Signer
let token: string

beforeAll(async () => {
  signer = await importSigner(await generatePrivateJwk('ES256'), { kid: 'k1' })
  attacker = await importSigner(await generatePrivateJwk('ES256'), { kid: 'k1' })
  key = verificationKey(signer.publicJwk)
  token = await signJws(signer, 'at+jwt', '{"sub":"alice"}')
})

const find = (kid: string) => (kid === 'k1' ? key : undefined)
const verify = (jws: string, typ = 'at+jwt') => verifyJws(jws, find, typ)
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JWS with this very header, signed by `by`. */
async function forge(header: unknown, by: Signer = signer): Promise<string> {
  const input = `${encode(header)}.${encode({ sub: 'alice' })}`
  return `${input}.${Buffer.from(await by.sign(Buffer.from(input))).toString('base64url')}`
}

describe('verifyJws', () => {
  it('gives header and payload of a genuine token', async () => {
    const verified = await verify(token)
    expect(verified?.header).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
    expect(new TextDecoder().decode(verified?.payload)).toBe('{"sub":"alice"}')
  })

  it('waits for a key that has to be fetched, and rejects when that fails', async () => {
    expect(await verifyJws(token, async () => key, 'at+jwt')).not.toBeNull()
    const failing = verifyJws(token, async () => Promise.reject(new Error('store down')), 'at+jwt')
    await expect(failing).rejects.toThrow('store down')
  })

  it('compares typ as a media type', async () => {
    expect(await verify(await forge({ alg: 'ES256', kid: 'k1', typ: 'application/AT+JWT' }))).not.toBeNull()
    expect(await verify(token, 'application/at+jwt')).not.toBeNull()
  })

  it('refuses a token of another kind or of none (RFC 8725 §3.11)', async () => {
    expect(await verify(token, 'logout+jwt')).toBeNull()
    expect(await verify(await forge({ alg: 'ES256', kid: 'k1' }))).toBeNull()
    expect(await verify(await forge({ alg: 'ES256', kid: 'k1', typ: ['at+jwt'] }))).toBeNull()
  })

  it('refuses a changed header, payload or signature', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.')
    const otherHeader = encode({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', more: 1 })
    expect(await verify(`${otherHeader}.${payload}.${signature}`)).toBeNull()
    expect(await verify(`${header}.${encode({ sub: 'bob' })}.${signature}`)).toBeNull()
    expect(await verify(`${header}.${payload}.${'A'.repeat(signature.length)}`)).toBeNull()
    expect(await verify(await forge({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' }, attacker))).toBeNull()
  })

  it('refuses alg "none", in any spelling, with and without a signature', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      const input = `${encode({ alg, kid: 'k1', typ: 'at+jwt' })}.${encode({ sub: 'alice' })}`
      for (const signature of ['', 'AA', token.split('.')[2]]) expect(await verify(`${input}.${signature}`)).toBeNull()
    }
  })

  it('refuses a MAC made with the public key (algorithm confusion, RFC 8725 §2.1)', async () => {
    const rsa = await importSigner(await generatePrivateJwk('RS256'), { kid: 'k1' })
    const input = `${encode({ alg: 'HS256', kid: 'k1', typ: 'at+jwt' })}.${encode({ sub: 'alice' })}`
    for (const secret of [JSON.stringify(rsa.publicJwk), Buffer.from(rsa.publicJwk.n ?? '', 'base64url')]) {
      const mac = createHmac('sha256', secret).update(input).digest('base64url')
      expect(await verifyJws(`${input}.${mac}`, () => verificationKey(rsa.publicJwk), 'at+jwt')).toBeNull()
    }
  })

  it('refuses an algorithm other than the key’s, although the key could be used with it', async () => {
    const jwk = await generatePrivateJwk('RS256')
    const { alg: _, ...members } = jwk
    const pss = await importSigner(members, { alg: 'PS256', kid: 'k1' })
    const pkcs1 = verificationKey((await importSigner(jwk, { kid: 'k1' })).publicJwk)
    const signed = await signJws(pss, 'at+jwt', '{}')
    expect(await verifyJws(signed, () => verificationKey(pss.publicJwk), 'at+jwt')).not.toBeNull()
    expect(await verifyJws(signed, () => pkcs1, 'at+jwt')).toBeNull()
    const mislabelled = await forge({ alg: 'RS256', kid: 'k1', typ: 'at+jwt' }, pss)
    expect(await verifyJws(mislabelled, () => pkcs1, 'at+jwt')).toBeNull()
  })

  it('never takes a key from the header', async () => {
    const { publicJwk } = attacker
    for (const extra of [
      { jwk: publicJwk },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example' },
      { x5c: [] },
    ]) {
      const forged = await forge({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...extra }, attacker)
      expect(await verify(forged), Object.keys(extra)[0]).toBeNull()
      const { kid: _, ...withoutKid } = { alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...extra }
      expect(await verify(await forge(withoutKid, attacker))).toBeNull()
    }
    expect(
      await verify(await forge({ alg: 'ES256', kid: 'unknown', typ: 'at+jwt', jwk: publicJwk }, attacker)),
    ).toBeNull()
  })

  it('refuses every crit, also of a genuine token (RFC 7515 §4.1.11)', async () => {
    for (const crit of [['b64'], ['exp'], [], null, 'b64']) {
      expect(await verify(await forge({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', crit, b64: false }))).toBeNull()
    }
  })

  it('answers null to malformed tokens of every kind', async () => {
    const [header, payload, signature] = token.split('.')
    const invalidUtf8 = Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')
    const malformed = [
      '',
      '.',
      '..',
      '...',
      'x',
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `.${payload}.${signature}`,
      `${token}.`,
      `${token}=`,
      ` ${token}`,
      `${token}\n`,
      `${header}.${payload}.${signature}A`,
      `${header}.${payload}!.${signature}`,
      `${invalidUtf8}.${payload}.${signature}`,
      ...['[]', 'null', '"x"', '1', '{', '{"alg":"ES256"}'].map(
        (text) => `${Buffer.from(text).toString('base64url')}.${payload}.${signature}`,
      ),
    ]
    for (const jws of malformed) expect(await verify(jws), JSON.stringify(jws)).toBeNull()
  })

  it('refuses a second spelling of the same signature bytes', async () => {
    const last = token.at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const respelled = token.slice(0, -1) + alphabet[alphabet.indexOf(last) + 1]
    expect(Buffer.from(respelled.split('.')[2] ?? '', 'base64url')).toEqual(
      Buffer.from(token.split('.')[2] ?? '', 'base64url'),
    )
    expect(await verify(respelled)).toBeNull()
  })

  it('refuses a header that lies about the algorithm, although the signature over it is genuine', async () => {
    for (const alg of ['none', 'HS256', 'ES384', 'es256', undefined, ['ES256']]) {
      expect(await verify(await forge({ alg, kid: 'k1', typ: 'at+jwt' })), String(alg)).toBeNull()
    }
  })

  it('refuses an ECDSA signature whose integers are padded to more than the length of the curve', async () => {
    const [header, payload, signature = ''] = token.split('.')
    const raw = Buffer.from(signature, 'base64url')
    const zero = Buffer.alloc(1)
    const padded = Buffer.concat([zero, raw.subarray(0, 32), zero, raw.subarray(32)]).toString('base64url')
    expect(await verify(`${header}.${payload}.${padded}`)).toBeNull()
  })

  it('gives a header that inherits nothing', async () => {
    expect(Object.getPrototypeOf((await verify(token))?.header)).toBeNull()
  })
})
