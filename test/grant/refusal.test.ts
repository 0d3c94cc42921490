import { describe, expect, it } from 'vitest'
import { type Refusal, wireError } from '../../src/grant/refusal.js'

describe('on the wire', () => {
  const secretive: Refusal[] = [
    'issuer_mismatch',
    'client_mismatch',
    'forged',
    'expired',
    'revoked',
    'replayed',
    'crowded_out',
    'crossed',
    'redirect_uri_mismatch',
    'verifier_mismatch',
    'key_mismatch',
  ]

  it.each(secretive)('%s reads like every other bad credential, so that guessing teaches nothing', (refusal) => {
    expect(wireError[refusal].description).toBe(wireError.forged.description)
    expect(wireError[refusal].code).toBe('invalid_grant')
  })

  it.each([
    ['redirect_uri_missing', 'invalid_grant'],
    ['verifier_missing', 'invalid_grant'],
    ['verifier_malformed', 'invalid_request'],
    ['verifier_unexpected', 'invalid_grant'],
    ['invalid_target', 'invalid_target'],
    ['invalid_scope', 'invalid_scope'],
  ] as const)('%s is %s and says what to mend', (refusal, code) => {
    expect(wireError[refusal].code).toBe(code)
    expect(wireError[refusal].description).not.toBe(wireError.forged.description)
  })

  it('every description keeps to the characters of RFC 6749 §5.2', () => {
    for (const { description } of Object.values(wireError)) {
      expect(description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    }
  })
})
