/** The derivation of a successor, computed a second time with `node:crypto` alone, byte by byte as documented. */
import { createHash, createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { refresh } from '../../src/grant/refresh.js'
import { secretHash } from '../../src/protocol/token-string.js'
import { accepted, bytes, frozen, redeemed, refreshing, rules, start } from './fixtures.js'

const grantId = 'AAAAAAAAAAAAAAAAAAAAAA'
const secret = Buffer.from(bytes(48, 2).subarray(16))
const salt = Buffer.from(bytes(16, 3))
const pepper = Buffer.from(bytes(32, 4))

/** HMAC-SHA-256(key = secret, "gw-refresh-1" ‖ 0 ‖ grant id ‖ u32(generation) ‖ salt'). */
function expected(generation: number, mixedSalt: Buffer): string {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(generation)
  const message = Buffer.concat([Buffer.from('gw-refresh-1'), Buffer.of(0), Buffer.from(grantId), number, mixedSalt])
  return createHmac('sha256', secret).update(message).digest('hex')
}

/** The secret of the refresh token that follows the one with `secret` at `generation`. */
function successor(generation: number, peppers: readonly Uint8Array[]): { secret: string; hash: string | undefined } {
  const { grant, token } = redeemed()
  const moved = frozen({ ...grant, refresh: grant.refresh && { ...grant.refresh, generation } })
  const input = refreshing({ ...token, generation }, { rules: { ...rules, peppers } })
  const answer = accepted(refresh(moved, input, start, salt))
  const text = answer.refreshToken ?? ''
  return { secret: Buffer.from(text.slice(-43), 'base64url').toString('hex'), hash: answer.grant.refresh?.hash }
}

it('is the HMAC of label, grant id, generation and salt under the spent secret', () => {
  expect(successor(0, []).secret).toBe(expected(0, salt))
})

it('writes the generation as four bytes, most significant first', () => {
  expect(successor(0x01020304, []).secret).toBe(expected(0x01020304, salt))
})

it('mixes the secret of the deployment into the salt', () => {
  const mixed = createHmac('sha256', pepper).update(salt).digest()
  expect(successor(0, [pepper]).secret).toBe(expected(0, mixed))
})

it('has a known value, so that a change of the derivation cannot slip through together with its test', () => {
  expect(successor(0, []).secret).toBe('fb256e8a261585e62905dd6392fa4f72e0fdf6e25dfd913d75241dc0a83dc940')
  expect(successor(7, [pepper]).secret).toBe('7d74b2fbf46574febc9d24a7f70fabeb528a99cbd43f5299be8be9180ff9bac0')
})

it('is stored as a digest that names its purpose', () => {
  const { secret: next, hash } = successor(0, [])
  const text = `grantwright refresh\0${Buffer.from(next, 'hex').toString('base64url')}`
  expect(hash).toBe(createHash('sha256').update(text).digest('base64url'))
  expect(hash).toBe(secretHash('refresh', Buffer.from(next, 'hex')))
})
