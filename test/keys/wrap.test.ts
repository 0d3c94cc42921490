import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkWrapping, openKeyWrap } from '../../src/keys/wrap.js'
import { utf8 } from '../../src/runtime/hash.js'

const [old, current, foreign] = [1, 2, 3].map(() => randomBytes(32).toString('base64')) as [string, string, string]
const issuer = 'https://issuer.example'
const material = utf8('the key')
const wrapFor = (secrets: string[], options: { issuer?: string; allowUnwrappedKeys?: boolean } = {}) =>
  openKeyWrap({ issuer, secrets, allowUnwrappedKeys: false, randomBytes, ...options })
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('wrapped keys', () => {
  it('open with the secret that wrapped them, and do not show the key', async () => {
    const sealed = await wrapFor([current]).seal('signing', 'k1', material)
    expect(sealed).not.toContain(Buffer.from(material).toString('base64url'))
    expect(text(await wrapFor([current]).open('signing', 'k1', sealed))).toBe('the key')
  })

  it('never look the same twice', async () => {
    const wrap = wrapFor([current])
    expect(await wrap.seal('mac', 'k1', material)).not.toBe(await wrap.seal('mac', 'k1', material))
  })

  it('open with any secret of the list and are wrapped with the first', async () => {
    const sealedBefore = await wrapFor([old]).seal('mac', 'm', material)
    const rotated = wrapFor([current, old])
    expect(text(await rotated.open('mac', 'm', sealedBefore))).toBe('the key')
    const sealedAfter = await rotated.seal('mac', 'm', material)
    expect(text(await wrapFor([current]).open('mac', 'm', sealedAfter))).toBe('the key')
    await expect(wrapFor([old]).open('mac', 'm', sealedAfter)).rejects.toThrow('`secret`')
  })

  it('do not open with another secret, and the error names the option and the cure', async () => {
    const sealed = await wrapFor([current]).seal('mac', 'm', material)
    await expect(wrapFor([foreign]).open('mac', 'm', sealed)).rejects.toThrow(/option `secret`.*back into the list/)
  })

  it('do not open for another issuer, key or purpose', async () => {
    const sealed = await wrapFor([current]).seal('mac', 'm', material)
    const elsewhere = wrapFor([current], { issuer: 'https://other.example' })
    await expect(elsewhere.open('mac', 'm', sealed)).rejects.toThrow('`secret`')
    await expect(wrapFor([current]).open('mac', 'm2', sealed)).rejects.toThrow('`secret`')
    await expect(wrapFor([current]).open('signing', 'm', sealed)).rejects.toThrow('`secret`')
  })

  it('do not open when a bit was changed anywhere', async () => {
    const wrap = wrapFor([current])
    const [form = '', iv = '', box = ''] = (await wrap.seal('mac', 'm', material)).split(':')
    const flip = (part: string, at: number) => {
      const bytes = Buffer.from(part, 'base64url')
      bytes[at] = (bytes[at] ?? 0) ^ 1
      return bytes.toString('base64url')
    }
    for (let i = 0; i < 12; i++) await expect(wrap.open('mac', 'm', `${form}:${flip(iv, i)}:${box}`)).rejects.toThrow()
    for (let i = 0; i < material.length + 16; i++) {
      await expect(wrap.open('mac', 'm', `${form}:${iv}:${flip(box, i)}`)).rejects.toThrow()
    }
    for (const damaged of ['', 'a256gcm', `${form}:${iv}`, `x:${iv}:${box}`, `${form}:?:${box}`, `${form}::${box}`]) {
      await expect(wrap.open('mac', 'm', damaged)).rejects.toThrow()
    }
  })
})

describe('unwrapped keys', () => {
  it('are stored and read on the loopback interface, or when it is allowed', async () => {
    for (const wrap of [
      wrapFor([], { issuer: 'http://localhost:3000' }),
      wrapFor([], { issuer: 'http://127.0.0.1/auth' }),
      wrapFor([], { issuer: 'http://[::1]:8080' }),
      wrapFor([], { allowUnwrappedKeys: true }),
    ]) {
      expect(text(await wrap.open('mac', 'm', await wrap.seal('mac', 'm', material)))).toBe('the key')
    }
  })

  it('are refused next to a secret, so that nobody can slip one in, unless it is allowed', async () => {
    const sealed = await wrapFor([], { allowUnwrappedKeys: true }).seal('mac', 'm', material)
    await expect(wrapFor([current]).open('mac', 'm', sealed)).rejects.toThrow('`allowUnwrappedKeys`')
    const permissive = wrapFor([current], { allowUnwrappedKeys: true })
    expect(text(await permissive.open('mac', 'm', sealed))).toBe('the key')
    expect(await permissive.seal('mac', 'm', material)).toMatch(/^a256gcm:/)
  })

  it('are never written for a public issuer without permission', async () => {
    for (const other of [
      issuer,
      'http://issuer.example',
      'http://localhost.example',
      'https://localhost',
      'nonsense',
    ]) {
      expect(() => checkWrapping({ issuer: other, secrets: [], allowUnwrappedKeys: false })).toThrow('`secret`')
      await expect(wrapFor([], { issuer: other }).seal('mac', 'm', material)).rejects.toThrow('`secret`')
    }
  })
})

it('refuses a secret that is short or plainly not random', () => {
  for (const weak of [
    '',
    'x'.repeat(31),
    randomBytes(23).toString('base64').slice(0, 31),
    'a'.repeat(64),
    '1234567'.repeat(6),
  ]) {
    expect(() => wrapFor([current, weak]), weak).toThrow('`secret`')
  }
  expect(() => wrapFor([randomBytes(32).toString('hex')])).not.toThrow()
})
