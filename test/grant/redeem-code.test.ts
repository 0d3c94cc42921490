import { describe, expect, it } from 'vitest'
import { redeemCode } from '../../src/grant/redeem-code.js'
import type { CodeIssued, Grant } from '../../src/grant/state.js'
import { parseRefreshToken, secretHash } from '../../src/protocol/token-string.js'
import {
  accepted,
  api,
  app,
  approved,
  bytes,
  callback,
  code,
  day,
  exempt,
  expectUnchanged,
  frozen,
  mail,
  otherClient,
  otherIssuer,
  parsed,
  redeemed,
  redeeming,
  second,
  start,
  wrongVerifier,
} from './fixtures.js'

const entropy = bytes(48, 2)
const redeem = (grant: Grant, changes: Parameters<typeof redeeming>[0] = {}, at = start) =>
  redeemCode(grant, redeeming(changes), at, entropy)
const at = (resource: string | undefined, scope?: readonly string[], defaultResource?: string) => ({
  choice: { resource, scope, defaultResource },
})

describe('a genuine code', () => {
  it('gives tokens for the chosen resource with the scope that was approved there', () => {
    expect(accepted(redeem(approved()))).toMatchObject({ resource: api, scope: ['read', 'write'] })
    expect(accepted(redeem(approved(), at(mail)))).toMatchObject({ resource: mail, scope: ['send'] })
  })

  it('makes the grant active, keeps its terms and forgets nothing that tells a replay from a guess', () => {
    const before = approved()
    const { grant } = redeem(before, {}, start + second)
    const { status: _, code: unspent, ...terms } = before
    expect(grant).toEqual({
      ...terms,
      status: 'active',
      touchedAt: start + second,
      code: { hash: unspent.hash, redirectUri: callback, pkce: unspent.pkce },
      refresh: {
        proof: secretHash('family', entropy.subarray(0, 16)),
        generation: 0,
        hash: secretHash('refresh', entropy.subarray(16, 48)),
        idleUntil: start + second + 30 * day,
        jkt: null,
        retries: [],
      },
      revokedAccess: [],
      accessNotBefore: 0,
    })
  })

  it('gives a refresh token made of the grant id, the family proof and the secret, at generation 0', () => {
    const { refreshToken } = accepted(redeem(approved()))
    const { grantId, family, generation, secret } = parsed(refreshToken)
    expect([grantId, generation]).toEqual([code.grantId, 0])
    expect([...family, ...secret]).toEqual([...entropy])
  })

  it('gives no refresh token to a client that is not registered for the grant type', () => {
    const { refreshToken, grant } = accepted(redeem(approved(), { refresh: null }))
    expect(refreshToken).toBeNull()
    expect(grant.refresh).toBeNull()
  })

  it('binds the refresh family to the key that was proved', () => {
    const { grant } = accepted(redeem(approved(), { refresh: { idleLifetime: day, jkt: 'thumbprint' } }))
    expect(grant.refresh?.jkt).toBe('thumbprint')
  })

  it('may come without redirect_uri, because the verifier binds it (OAuth 2.1 §10.2)', () => {
    expect(redeem(approved(), { redirectUri: undefined }).answer.ok).toBe(true)
  })
})

describe('who presents a code', () => {
  it.each([
    ['another client', otherClient, 'client_mismatch'],
    ['another issuer', otherIssuer, 'issuer_mismatch'],
  ] as const)('%s is refused, and the code stays good', (_, by, refusal) => {
    const grant = approved()
    expectUnchanged(redeem(grant, { by }), grant, refusal)
    expect(redeem(grant).answer.ok).toBe(true)
  })

  it.each([
    ['another client', otherClient, 'client_mismatch'],
    ['another issuer', otherIssuer, 'issuer_mismatch'],
  ] as const)('%s with a spent code and its verifier does not end the grant', (_, by, refusal) => {
    const { grant } = redeemed()
    expectUnchanged(redeem(grant, { by }), grant, refusal)
  })
})

describe('a wrong code', () => {
  it('with another secret is forged and changes nothing, whatever comes with it', () => {
    const forged = { ...code, secret: bytes(32, 99) }
    const grant = approved()
    expectUnchanged(redeem(grant, { code: forged }), grant, 'forged')
    expectUnchanged(redeem(grant, { code: forged, verifier: wrongVerifier }), grant, 'forged')
  })

  it('with another secret does not end an active grant', () => {
    const { grant } = redeemed()
    expectUnchanged(redeem(grant, { code: { ...code, secret: bytes(32, 99) } }), grant, 'forged')
  })

  it('is expired at the very millisecond of its expiry, and changes nothing', () => {
    const grant = approved()
    expect(redeem(grant, {}, start + 60 * second - 1).answer.ok).toBe(true)
    expectUnchanged(redeem(grant, {}, start + 60 * second), grant, 'expired')
  })

  it('counts no wrong verifier once it has expired', () => {
    const grant = approved()
    expectUnchanged(redeem(grant, { verifier: wrongVerifier }, start + 60 * second), grant, 'expired')
  })

  it('is expired when its grant has ended before it', () => {
    const grant = approved({ grantLifetime: 10 * second })
    expectUnchanged(redeem(grant, {}, start + 10 * second), grant, 'expired')
  })

  it('of a revoked grant is refused for good', () => {
    const revoked = redeem(redeemed().grant).grant
    expectUnchanged(redeem(revoked), revoked, 'revoked')
  })

  it('is judged by a time that is never earlier than the last touch', () => {
    const touched = frozen(redeem(approved(), { verifier: wrongVerifier }, start + 59 * second).grant)
    expect(accepted(redeem(touched, {}, start)).grant.touchedAt).toBe(start + 59 * second)
  })
})

describe('the redirect URI', () => {
  it('must be the one of the authorization request', () => {
    const grant = approved()
    expectUnchanged(redeem(grant, { redirectUri: `${callback}/` }), grant, 'redirect_uri_mismatch')
  })

  it('comes before the verifier, so that a wrong pair counts nothing', () => {
    const grant = approved()
    const wrong = { redirectUri: 'https://evil.example', verifier: wrongVerifier }
    expectUnchanged(redeem(grant, wrong), grant, 'redirect_uri_mismatch')
  })
})

describe('the verifier', () => {
  it('must be there', () => {
    const grant = approved()
    expectUnchanged(redeem(grant, { verifier: undefined }), grant, 'verifier_missing')
  })

  it('that has the wrong syntax is refused and not counted', () => {
    const grant = approved()
    expectUnchanged(redeem(grant, { verifier: 'too-short' }), grant, 'verifier_malformed')
  })

  it('that is wrong is counted', () => {
    const step = redeem(approved(), { verifier: wrongVerifier }, start + second)
    expect(step.answer).toEqual({ ok: false, refusal: 'verifier_mismatch' })
    const { code: _, ...terms } = approved()
    expect(step.grant).toEqual({
      ...terms,
      touchedAt: start + second,
      code: { ...approved().code, wrongVerifiers: 1 },
    })
  })

  it('may be wrong four times before the right one gets in', () => {
    const grant = afterWrongVerifiers(4)
    expect(grant).toMatchObject({ status: 'code_issued', code: { wrongVerifiers: 4 } })
    expect(redeem(grant).answer.ok).toBe(true)
  })

  it('ends the grant when it is wrong for the fifth time, and the right one comes too late', () => {
    const grant = afterWrongVerifiers(5)
    expect(grant).toEqual(ended('wrong_verifiers'))
    expectUnchanged(redeem(grant), grant, 'revoked')
  })

  it('is compared only with its own challenge: a challenge is not its own verifier', () => {
    const { pkce } = approved().code
    const step = redeem(approved(), { verifier: 'challenge' in pkce ? pkce.challenge : '' })
    expect(step.answer).toEqual({ ok: false, refusal: 'verifier_mismatch' })
  })

  function afterWrongVerifiers(times: number): Grant {
    let grant: Grant = approved()
    for (let i = 0; i < times; i++) {
      const step = redeem(grant, { verifier: wrongVerifier })
      expect(step.answer).toEqual({ ok: false, refusal: 'verifier_mismatch' })
      grant = frozen(step.grant)
    }
    return grant
  }
})

describe('a code without PKCE', () => {
  const redeem = (grant: Grant, changes: Parameters<typeof redeeming>[0] = {}) =>
    redeemCode(grant, redeeming({ mayOmitPkce: true, ...changes }), start, entropy)

  it('gives tokens with the redirect URI alone', () => {
    expect(redeem(exempt(), { verifier: undefined }).answer.ok).toBe(true)
  })

  it('needs the redirect URI, which nothing else replaces (OAuth 2.1 §10.2)', () => {
    const grant = exempt()
    expectUnchanged(redeem(grant, { verifier: undefined, redirectUri: undefined }), grant, 'redirect_uri_missing')
  })

  it('must not come with a verifier (RFC 9700 §4.8.2)', () => {
    const grant = exempt()
    expectUnchanged(redeem(grant), grant, 'verifier_unexpected')
  })

  it('gives nothing to a client that needs PKCE by now, whatever it sends, and changes nothing', () => {
    const active = frozen(accepted(redeem(exempt(), { verifier: undefined })).grant)
    for (const grant of [exempt(), active]) {
      for (const changes of [{}, { verifier: undefined }, { verifier: undefined, redirectUri: undefined }]) {
        expectUnchanged(redeem(grant, { ...changes, mayOmitPkce: false }), grant, 'exemption_ended')
      }
    }
  })

  it('ends the grant when it is presented again, but only with its redirect URI', () => {
    const active = frozen(accepted(redeem(exempt(), { verifier: undefined })).grant)
    expectUnchanged(redeem(active, { verifier: undefined, redirectUri: undefined }), active, 'redirect_uri_missing')
    expectUnchanged(redeem(active), active, 'verifier_unexpected')
    const replay = redeem(active, { verifier: undefined })
    expect(replay.answer).toEqual({ ok: false, refusal: 'replayed' })
    expect(replay.grant).toEqual(ended('replay'))
  })

  it('is not what a code with a challenge becomes where its client may do without', () => {
    const grant = approved()
    expectUnchanged(redeem(grant, { verifier: undefined }), grant, 'verifier_missing')
    expect(redeem(grant, { verifier: wrongVerifier }).answer).toEqual({ ok: false, refusal: 'verifier_mismatch' })
    expect(redeem(grant).answer.ok).toBe(true)
  })

  it('is not what a record means that lost its binding: that fails closed', () => {
    const { pkce: _, ...lost } = approved().code
    const empty = { ...approved(), code: { ...lost, pkce: {} } } as unknown as CodeIssued
    expect(redeem(empty).answer).toEqual({ ok: false, refusal: 'verifier_mismatch' })
    expect(redeem(empty, { verifier: undefined }).answer).toEqual({ ok: false, refusal: 'verifier_missing' })
    expect(() => redeem({ ...approved(), code: lost } as unknown as CodeIssued, { verifier: undefined })).toThrow()
  })
})

describe('the choice of resource and scope', () => {
  it.each([
    ['a resource that was not granted', at('https://new.example'), 'invalid_target'],
    ['no resource, although there are several and none is the default', at(undefined), 'invalid_target'],
    ['a scope that was not granted', at(api, ['admin']), 'invalid_scope'],
  ] as const)('%s is refused before anything is spent', (_, changes, refusal) => {
    const grant = approved()
    expectUnchanged(redeem(grant, changes), grant, refusal)
    expect(redeem(grant).answer.ok).toBe(true)
  })

  it('falls to the default resource when none is named', () => {
    expect(accepted(redeem(approved(), at(undefined, undefined, mail)))).toMatchObject({ resource: mail })
  })
})

describe('a spent code', () => {
  it('ends the grant when its own client presents it again with the right verifier', () => {
    const step = redeem(redeemed().grant, {}, start + second)
    expect(step.answer).toEqual({ ok: false, refusal: 'replayed' })
    expect(step.grant).toEqual(ended('replay', start + second))
  })

  it('ends the grant however late it comes, also after its own expiry', () => {
    expect(redeem(redeemed().grant, {}, start + 100 * day).grant).toEqual(ended('replay', start + 100 * day))
  })

  it.each([
    ['no verifier', { verifier: undefined }, 'verifier_missing'],
    ['a wrong verifier', { verifier: wrongVerifier }, 'verifier_mismatch'],
    ['a malformed verifier', { verifier: 'x' }, 'verifier_malformed'],
    ['another redirect URI', { redirectUri: 'https://evil.example' }, 'redirect_uri_mismatch'],
  ] as const)('with %s changes nothing, else whoever saw it could end the grant', (_, changes, refusal) => {
    const { grant } = redeemed()
    for (let i = 0; i < 6; i++) expectUnchanged(redeem(grant, changes), grant, refusal)
  })

  it('ends the grant although its second use asks for a resource that was not granted', () => {
    expect(redeem(redeemed().grant, at('https://new.example')).grant.status).toBe('revoked')
  })
})

it('keeps no secret in the record', () => {
  const { grant, refreshToken } = accepted(redeem(approved()))
  const token = parseRefreshToken(refreshToken ?? '')
  const document = JSON.stringify(grant)
  for (const secret of [code.secret, token?.secret, token?.family]) {
    expect(secret).toBeDefined()
    expect(document).not.toContain(Buffer.from(secret ?? []).toString('base64url'))
  }
})

const ended = (because: string, touchedAt = start) => ({
  status: 'revoked',
  id: code.grantId,
  ...app,
  subject: 'user-1',
  touchedAt,
  because,
})
