import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { compactVerify, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { type SigningAlgorithm, signingAlgorithms } from '../../src/keys/jwk.js'
import { signJws, verificationKey, verifyJws } from '../../src/keys/jws.js'
import { nodePrimitives } from '../../src/keys/node-crypto.js'
import { acceptSigner, generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import { webPrimitives } from '../../src/keys/web-crypto.js'
import { utf8 } from '../../src/runtime/hash.js'

if (!nodePrimitives) throw new Error('these tests run on Node.js')
const runtimes = { 'node:crypto': nodePrimitives, 'Web Crypto': webPrimitives }
const hasMlDsa = Number(process.versions.node.split('.')[0]) >= 24

for (const [name, runtime] of Object.entries(runtimes)) {
  describe(`with ${name}`, () => {
    for (const alg of signingAlgorithms) {
      const supported = !alg.startsWith('ML-DSA') || hasMlDsa
      if (!supported) {
        it(`says that ${alg} needs a newer runtime`, async () => {
          await expect(generatePrivateJwk(alg, runtime)).rejects.toThrow('Node.js 24')
        })
        continue
      }

      it(`makes ${alg} signatures that jose verifies`, async () => {
        const signer = await importSigner(await generatePrivateJwk(alg, runtime), {}, runtime)
        const token = await signJws(signer, 'test+jwt', 'hello')
        const { payload, protectedHeader } = await compactVerify(token, await importJWK(signer.publicJwk, alg))
        expect(new TextDecoder().decode(payload)).toBe('hello')
        expect(protectedHeader).toEqual({ alg, typ: 'test+jwt', kid: signer.kid })
      })

      it(`verifies ${alg} signatures of every runtime, and none over other bytes`, async () => {
        for (const other of Object.values(runtimes)) {
          const signer = await importSigner(await generatePrivateJwk(alg, other), {}, other)
          const signature = await signer.sign(utf8('hello'))
          const key = verificationKey(signer.publicJwk, runtime)
          expect(await key.verify(utf8('hello'), signature)).toBe(true)
          expect(await key.verify(utf8('hellO'), signature)).toBe(false)
          expect(
            await key.verify(
              utf8('hello'),
              signature.map((byte, i) => (i === 7 ? byte ^ 1 : byte)),
            ),
          ).toBe(false)
          expect(await key.verify(utf8('hello'), signature.subarray(1))).toBe(false)
          expect(await key.verify(utf8('hello'), new Uint8Array(signature.length))).toBe(false)
        }
      })
    }

    it('reads a PEM of every key type and uses the thumbprint as kid', async () => {
      const pems = {
        ES256: pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
        ES384: pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey),
        PS256: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
        EdDSA: pem(generateKeyPairSync('ed25519').privateKey),
      }
      for (const [alg, key] of Object.entries(pems) as [SigningAlgorithm, string][]) {
        const signer = await importSigner(`\n${key}`, { alg }, runtime)
        expect(signer.kid).toMatch(/^[A-Za-z0-9_-]{43}$/)
        const find = () => verificationKey(signer.publicJwk, runtime)
        expect(await verifyJws(await signJws(signer, 'JWT', '{}'), find, 'JWT')).not.toBeNull()
      }
    })

    it('refuses a PEM whose key does not fit the algorithm', async () => {
      const key = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
      for (const alg of ['ES384', 'RS256', 'EdDSA'] as const) {
        await expect(importSigner(key, { alg }, runtime)).rejects.toThrow(alg)
      }
    })

    it('refuses a JWK whose halves belong to different keys', async () => {
      const [a, b] = [await generatePrivateJwk('ES256'), await generatePrivateJwk('ES256')]
      await expect(importSigner({ ...a, d: b.d }, { alg: 'ES256' }, runtime)).rejects.toThrow(TypeError)
    })
  })
}

describe('RFC vectors', () => {
  it('verifies the ES256 example of RFC 7515 A.3', async () => {
    const key = verificationKey({
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      kid: 'a',
      alg: 'ES256',
      use: 'sig',
    })
    const input =
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
    const signature = 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
    expect(await key.verify(utf8(input), Buffer.from(signature, 'base64url'))).toBe(true)
  })

  it('makes the Ed25519 signature of RFC 8037 A.4', async () => {
    const key = {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    }
    const signer = await importSigner(key, { alg: 'EdDSA' })
    const signature = await signer.sign(utf8('eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc'))
    expect(Buffer.from(signature).toString('base64url')).toBe(
      'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
    )
  })
})

describe('importSigner', () => {
  it('takes kid and alg from the JWK, and lets the options name the kid', async () => {
    const key = { ...(await generatePrivateJwk('ES384')), kid: 'mine', use: 'sig', key_ops: ['sign'] }
    expect(await importSigner(key)).toMatchObject({
      kid: 'mine',
      alg: 'ES384',
      publicJwk: { kid: 'mine', alg: 'ES384' },
    })
    expect((await importSigner(key, { kid: 'other' })).publicJwk.kid).toBe('other')
  })

  it('takes an Ed25519 key under either name of the algorithm', async () => {
    const key = await generatePrivateJwk('EdDSA')
    expect((await importSigner(key, { alg: 'Ed25519' })).publicJwk.alg).toBe('Ed25519')
    expect((await importSigner({ ...key, alg: 'Ed25519' }, { alg: 'EdDSA' })).publicJwk.alg).toBe('EdDSA')
  })

  it('refuses an algorithm that contradicts the JWK', async () => {
    const key = await generatePrivateJwk('RS256')
    await expect(importSigner(key, { alg: 'PS256' })).rejects.toThrow('RS256')
  })

  it('refuses algorithms that are not for signing tokens, and asks for one with a PEM', async () => {
    const key = await generatePrivateJwk('ES256')
    for (const alg of ['none', 'HS256', 'toString']) {
      await expect(importSigner({ ...key, alg })).rejects.toThrow('`alg` must be one of ES256')
    }
    await expect(importSigner(pem(createPrivateKey({ key, format: 'jwk' })))).rejects.toThrow('`alg` must be one of')
  })

  it('refuses a public key and says what is missing', async () => {
    const { d: _, ...key } = await generatePrivateJwk('ES256')
    await expect(importSigner(key)).rejects.toThrow('"d"')
  })

  it('refuses an RSA key of 1024 bits', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    await expect(importSigner(pem(privateKey), { alg: 'RS256' })).rejects.toThrow('2048')
  })

  it('says how to convert a PEM of another type, without repeating it', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const sec1 = privateKey.export({ format: 'pem', type: 'sec1' }).toString()
    const error = await importSigner(sec1, { alg: 'ES256' }).catch((reason: Error) => reason)
    expect(error).toMatchObject({ name: 'TypeError', message: expect.stringContaining('openssl pkcs8') })
    expect(String(error)).not.toContain(sec1.split('\n')[1])
  })
})

describe('acceptSigner', () => {
  it('gives back what importSigner made', async () => {
    const signer = await importSigner(await generatePrivateJwk('ES256'))
    expect(acceptSigner(signer)).toBe(signer)
  })

  it('accepts a signer written by somebody else', async () => {
    const { kid, alg, publicJwk, sign } = await importSigner(await generatePrivateJwk('RS256'), { kid: 'hsm-1' })
    const signer = acceptSigner({ kid, alg, publicJwk, sign })
    const token = await signJws(signer, 'JWT', '{}')
    expect(await verifyJws(token, () => verificationKey(signer.publicJwk), 'JWT')).not.toBeNull()
  })

  it('refuses a publicJwk with private members', async () => {
    const { kid, alg, publicJwk, sign } = await importSigner(await generatePrivateJwk('ES256'))
    const leaking = { kid, alg, publicJwk: { ...publicJwk, d: 'AAAA' }, sign }
    expect(() => acceptSigner(leaking)).toThrow('private members')
  })

  it('refuses a signer with a missing or contradicting part', async () => {
    const { kid, alg, publicJwk, sign } = await importSigner(await generatePrivateJwk('ES256'))
    const good = { kid, alg, publicJwk, sign }
    const broken: [object, string][] = [
      [{ kid: undefined }, '`kid`'],
      [{ kid: 'other' }, 'another kid'],
      [{ alg: 'HS256' }, '`alg` must be one of'],
      [{ alg: 'ES384' }, 'another alg'],
      [{ publicJwk: undefined }, '`publicJwk`'],
      [{ publicJwk: { ...publicJwk, x: publicJwk.y, y: publicJwk.x } }, 'not a key'],
      [{ sign: undefined }, '`sign(data)`'],
    ]
    for (const [part, message] of broken) {
      expect(() => acceptSigner({ ...good, ...part } as Signer), JSON.stringify(part)).toThrow(message)
    }
  })

  it('refuses a signature in DER, so that no unverifiable token goes out', async () => {
    const { kid, alg, publicJwk } = await importSigner(await generatePrivateJwk('ES256'))
    const signer = acceptSigner({ kid, alg, publicJwk, sign: () => new Uint8Array(71) })
    await expect(signer.sign(utf8('x'))).rejects.toThrow('64 bytes (not DER)')
  })
})

function pem(key: ReturnType<typeof createPrivateKey>): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
}
