import { describe, expect, it } from 'vitest'
import { isCodeChallenge, isCodeVerifier, matchesChallenge } from '../../src/protocol/pkce.js'

/** The example of RFC 7636, appendix B. */
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

describe('matchesChallenge', () => {
  it('accepts the example of RFC 7636, appendix B', () => {
    expect(matchesChallenge(verifier, challenge)).toBe(true)
  })

  it.each([
    ['another verifier', `${verifier.slice(0, -1)}l`, challenge],
    ['another challenge', verifier, `${challenge.slice(0, -1)}N`],
    ['a challenge in other case', verifier, challenge.toLowerCase()],
    ['a challenge that was cut short', verifier, challenge.slice(0, -1)],
    ['an empty challenge', verifier, ''],
    ['a padded challenge', verifier, `${challenge}=`],
  ])('refuses %s', (_, candidate, kept) => {
    expect(matchesChallenge(candidate, kept)).toBe(false)
  })

  it('knows no `plain`: a verifier that is the challenge is wrong', () => {
    expect(matchesChallenge(challenge, challenge)).toBe(false)
    expect(matchesChallenge(verifier, verifier)).toBe(false)
  })
})

describe('isCodeVerifier', () => {
  it('accepts 43 to 128 characters and no other length', () => {
    for (const length of [43, 44, 127, 128]) expect(isCodeVerifier('a'.repeat(length))).toBe(true)
    for (const length of [0, 1, 42, 129, 1000]) expect(isCodeVerifier('a'.repeat(length))).toBe(false)
  })

  it('accepts the unreserved characters of RFC 7636 §4.1 and no other of Latin-1', () => {
    const accepted = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).filter((c) =>
      isCodeVerifier(c.repeat(43)),
    )
    expect(accepted.join('')).toBe('-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~')
  })

  it.each(['\n', '\r\n', ' ', '\u0000'])('refuses %j before or after it', (extra) => {
    expect(isCodeVerifier(verifier + extra)).toBe(false)
    expect(isCodeVerifier(extra + verifier)).toBe(false)
  })
})

describe('isCodeChallenge', () => {
  it('accepts 43 base64url characters and no other length', () => {
    expect(isCodeChallenge(challenge)).toBe(true)
    for (const length of [0, 42, 44, 86]) expect(isCodeChallenge('a'.repeat(length))).toBe(false)
  })

  it.each(['=', '+', '/', '.', '~', '\n', 'é'])('refuses the character %j', (character) => {
    expect(isCodeChallenge(challenge.slice(1) + character)).toBe(false)
    expect(isCodeChallenge(character + challenge.slice(1))).toBe(false)
    expect(isCodeChallenge(challenge + character)).toBe(false)
  })
})
