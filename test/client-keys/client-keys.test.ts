/**
 * Which key an assertion is judged by, and when keys of strangers are fetched. Time is passed in, and the fetcher is a list of answers.
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clientKeys } from '../../src/client-keys/client-keys.js'
import { remoteKeys } from '../../src/client-keys/remote-keys.js'
import type { Fetched } from '../../src/guarded-fetch/documents.js'
import { readJws } from '../../src/keys/jws.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import type { Json } from '../../src/protocol/json.js'
import { bareJwksOf, jwksOf, newKey, signed } from '../support/assertions.js'

const URL_OF_KEYS = 'https://client.example/jwks'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let a: Signer
let b: Signer
let rsa: Signer
beforeAll(async () => {
  ;[a, b, rsa] = await Promise.all([newKey('ES256', 'a'), newKey('ES256', 'b'), newKey('RS256', 'rsa')])
})

let now: number
/** What the host answers, and from where it was asked. */
let answer: Fetched | (() => Promise<Fetched>)
let asked: { url: string; address: string | undefined }[]
beforeEach(() => {
  now = 1_000_000
  asked = []
  answer = good(jwksOf(a))
})

const good = (json: object, freshFor?: number): Fetched => ({ ok: true, json: { ...json }, freshFor })
const bad = (problem: Extract<Fetched, { ok: false }>['problem'], status?: number): Fetched => ({
  ok: false,
  problem,
  status,
  detail: 'the detail',
})
const documents = {
  get: async (url: string, { address }: { address: string | undefined }) => {
    asked.push({ url, address })
    return typeof answer === 'function' ? answer() : answer
  },
}
const from = { address: '192.0.2.1' }

/** What is wrong with a signature by a key, for a client with these fields. */
function judging() {
  const keys = clientKeys(documents, () => now)
  return async (fields: { [name: string]: unknown }, by: Signer, header: object = {}, address = '192.0.2.1') => {
    const jws = readJws(await signed(by, { sub: 'x' }, { ...header }))
    if (!jws) throw new Error('no JWS')
    const client = { fields: fields as { [name: string]: Json } }
    return (await keys.problemWith(client, jws, by.alg, { address }))?.problem ?? 'genuine'
  }
}

describe('the key of a signature', () => {
  it('is the one with its kid, and no other, though that would fit', async () => {
    const judge = judging()
    const jwks = jwksOf(a, b)
    expect(await judge({ jwks }, a)).toBe('genuine')
    expect(await judge({ jwks }, b)).toBe('genuine')
    expect(await judge({ jwks }, a, { kid: 'b' })).toBe('signature_wrong')
    expect(await judge({ jwks }, a, { kid: 'c' })).toBe('key_unknown')
  })

  it('is any that fits where the header has no kid, or the keys have none', async () => {
    const judge = judging()
    expect(await judge({ jwks: jwksOf(a, b, rsa) }, b, { kid: undefined })).toBe('genuine')
    expect(await judge({ jwks: bareJwksOf(a, b) }, b)).toBe('genuine')
    expect(await judge({ jwks: bareJwksOf(a) }, b)).toBe('signature_wrong')
  })

  it('must be named where more than four fit', async () => {
    const judge = judging()
    const many = await Promise.all(Array.from({ length: 5 }, (_, i) => newKey('ES256', `${i}`)))
    const last = many[4] ?? a
    expect(await judge({ jwks: jwksOf(...many) }, last, { kid: undefined })).toBe('key_ambiguous')
    expect(await judge({ jwks: jwksOf(...many) }, last)).toBe('genuine')
    expect(await judge({ jwks: jwksOf(...many.slice(1)) }, last, { kid: undefined })).toBe('genuine')
  })

  it.each<[string, object]>([
    ['for encryption', { use: 'enc' }],
    ['for signing alone', { key_ops: ['sign'] }],
    ['for another algorithm', { alg: 'ES384' }],
    ['for something that is no algorithm', { alg: 7 }],
    ['of another curve', { crv: 'P-384' }],
    ['private for everybody to see', { d: 'AA' }],
    ['of no type', { kty: undefined }],
    ['off its curve', { y: 'AAAA' }],
  ])('is none that is %s', async (_, change) => {
    const [jwk] = jwksOf(a).keys
    expect(await judging()({ jwks: { keys: [{ ...jwk, ...change }] } }, a)).toBe('key_unknown')
  })

  it('is none of RSA that is weak, or takes long', async () => {
    const [jwk] = jwksOf(rsa).keys
    for (const change of [{ n: 'z'.repeat(171) }, { n: 'z'.repeat(1400) }, { e: 'z'.repeat(12) }]) {
      expect(await judging()({ jwks: { keys: [{ ...jwk, ...change }] } }, rsa)).toBe('key_unknown')
    }
  })

  it('is missing where nothing is registered, or something odd', async () => {
    for (const fields of [{}, { jwks: 'x' }, { jwks: {} }, { jwks_uri: 7 }]) {
      expect(await judging()(fields, a)).toBe('keys_missing')
    }
    expect(asked).toEqual([])
  })

  it('of a set that has more than 50 is missing, too', async () => {
    answer = good({ keys: Array.from({ length: 51 }, () => ({ ...a.publicJwk })) })
    expect(await judging()({ jwks_uri: URL_OF_KEYS }, a)).toBe('keys_missing')
  })
})

describe('keys at a URL', () => {
  const fields = { jwks_uri: URL_OF_KEYS }

  it.each<[string, number | undefined, number]>([
    ['five minutes, when their host says nothing', undefined, 5 * MINUTE],
    ['five minutes at least', 0, 5 * MINUTE],
    ['as long as their host says', 2 * HOUR, 2 * HOUR],
    ['a day at most', 30 * DAY, DAY],
  ])('are kept for %s', async (_, freshFor, kept) => {
    answer = good(jwksOf(a), freshFor)
    const judge = judging()
    for (const at of [0, kept - 1]) {
      now = 1_000_000 + at
      expect(await judge(fields, a)).toBe('genuine')
    }
    expect(asked).toEqual([{ url: URL_OF_KEYS, address: '192.0.2.1' }])
    now++
    await judge(fields, a)
    expect(asked).toHaveLength(2)
  })

  it('that were taken away end with the time for which they are kept', async () => {
    const judge = judging()
    expect(await judge(fields, a)).toBe('genuine')
    answer = good(jwksOf(b))
    now += 5 * MINUTE
    expect(await judge(fields, a)).toBe('key_unknown')
  })

  it('are fetched again for a kid that nobody knows, every 30 seconds and for each URL by itself', async () => {
    const judge = judging()
    expect(await judge(fields, a)).toBe('genuine')
    answer = good(jwksOf(a, b))
    now += 29_999
    for (const kid of ['x', 'y', 'z']) expect(await judge(fields, b, { kid })).toBe('key_unknown')
    expect(await judge(fields, b)).toBe('key_unknown')
    expect(asked).toHaveLength(1)
    now++
    expect(await judge(fields, b)).toBe('genuine')
    for (const kid of ['x', 'y', 'z']) expect(await judge(fields, b, { kid })).toBe('key_unknown')
    expect(asked).toHaveLength(2)
    await judge({ jwks_uri: 'https://other.example/jwks' }, b)
    expect(asked).toHaveLength(3)
  })

  it('are not fetched again for a wrong signature by a key that is named and known', async () => {
    const judge = judging()
    now += HOUR
    expect(await judge(fields, b, { kid: 'a' })).toBe('signature_wrong')
    now += MINUTE
    expect(await judge(fields, b, { kid: 'a' })).toBe('signature_wrong')
    expect(asked).toHaveLength(1)
  })

  it('without kid are fetched again when none has signed: they may have changed', async () => {
    const judge = judging()
    answer = good(bareJwksOf(a))
    expect(await judge(fields, a, { kid: undefined })).toBe('genuine')
    answer = good(bareJwksOf(b))
    now += MINUTE
    expect(await judge(fields, b, { kid: undefined })).toBe('genuine')
    expect(asked).toHaveLength(2)
  })

  it('that cannot be had are not asked for again before 30 seconds are over', async () => {
    const judge = judging()
    answer = bad('unreachable')
    for (let i = 0; i < 5; i++) expect(await judge(fields, a)).toBe('keys_missing')
    expect(asked).toHaveLength(1)
    answer = good(jwksOf(a))
    now += 29_999
    expect(await judge(fields, a)).toBe('keys_missing')
    now++
    expect(await judge(fields, a)).toBe('genuine')
  })

  it('serve on while their host is away, for two days and no longer, and nobody waits for it', async () => {
    const judge = judging()
    expect(await judge(fields, a)).toBe('genuine')
    answer = bad('status', 503)
    now += HOUR
    expect(await judge(fields, a)).toBe('genuine')
    answer = () => new Promise(() => {})
    now += MINUTE
    expect(await judge(fields, a)).toBe('genuine')
    expect(asked).toHaveLength(3)
    now = 1_000_000 + 2 * DAY - 1
    answer = bad('timeout')
    expect(await judge(fields, a)).toBe('genuine')
    now++
    expect(await judge(fields, a)).toBe('keys_missing')
  })

  it.each([404, 410])('are gone with %i, although they were good before', async (status) => {
    const judge = judging()
    expect(await judge(fields, a)).toBe('genuine')
    answer = bad('status', status)
    now += HOUR
    expect(await judge(fields, a)).toBe('keys_missing')
  })

  it('are fetched once for all who ask at the same time', async () => {
    const judge = judging()
    expect(await Promise.all(Array.from({ length: 10 }, () => judge(fields, a)))).toEqual(Array(10).fill('genuine'))
    expect(asked).toHaveLength(1)
  })

  it('are not kept from others by an address that has fetched too much', async () => {
    const judge = judging()
    answer = bad('limited')
    expect(await judge(fields, a, {}, '198.51.100.66')).toBe('keys_missing')
    answer = good(jwksOf(a))
    expect(await judge(fields, a)).toBe('genuine')
    expect(asked.map(({ address }) => address)).toEqual(['198.51.100.66', '192.0.2.1'])
  })

  it('nor when both ask at the same time', async () => {
    const keys = remoteKeys(documents, () => now)
    let left = 1
    answer = async () => (left-- > 0 ? bad('limited') : good(jwksOf(a)))
    const [first, second] = await Promise.all([
      keys.current(URL_OF_KEYS, { address: '198.51.100.66' }),
      keys.current(URL_OF_KEYS, from),
    ])
    expect([first.keys === null, second.keys === null]).toEqual([true, false])
    expect(asked.map(({ address }) => address)).toEqual(['198.51.100.66', '192.0.2.1'])
  })

  it('are forgotten when 500 other URLs were asked for since', async () => {
    const keys = remoteKeys(documents, () => now)
    const fetchedFor = async (url: string) => {
      const before = asked.length
      await keys.current(url, from)
      return asked.length - before
    }
    expect(await fetchedFor(URL_OF_KEYS)).toBe(1)
    for (let i = 0; i < 499; i++) await fetchedFor(`https://client.example/${i}`)
    expect(await fetchedFor(URL_OF_KEYS)).toBe(0)
    for (let i = 0; i < 500; i++) await fetchedFor(`https://other.example/${i}`)
    expect(await fetchedFor(URL_OF_KEYS)).toBe(1)
  })

  it('say to the operator what was wrong', async () => {
    answer = bad('content_type')
    const jws = readJws(await signed(a, {}))
    const told = jws && (await clientKeys(documents, () => now).problemWith({ fields }, jws, 'ES256', from))
    expect(told?.hint).toBe(
      'Its jwks_uri "https://client.example/jwks" gives no keys. Fetching them failed (content_type): "the detail".',
    )
  })
})
