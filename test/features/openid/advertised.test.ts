/**
 * What the metadata promise of OpenID Connect: every value is used, and does what it says.
 */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { identityClaims } from '../../../src/features/openid/rules/identity-claims.js'
import { authorizeUrl, pkce } from '../../support/harness.js'
import { forum, idTokenOf, metadata, provider, signIn, userInfo } from './sign-in.js'

let told: { [member: string]: unknown }
beforeAll(async () => {
  told = await metadata(provider())
})
const list = (member: string) => told[member] as readonly string[]

/** Something to say for every claim. */
const everything = Object.fromEntries(identityClaims.map((name) => [name, `the ${name}`]))

describe('every value', () => {
  it('of id_token_signing_alg_values_supported and userinfo_signing_alg_values_supported is signed with', async () => {
    for (const alg of list('id_token_signing_alg_values_supported')) {
      const h = provider({ clients: [{ ...forum, id_token_signed_response_alg: alg }] })
      expect((await idTokenOf(h, await signIn(h))).header.alg).toBe(alg)
    }
    for (const alg of list('userinfo_signing_alg_values_supported')) {
      const h = provider({ clients: [{ ...forum, userinfo_signed_response_alg: alg }] })
      const { access_token } = await signIn(h)
      expect((await idTokenOf(h, { id_token: (await userInfo(h, access_token)).text })).header.alg).toBe(alg)
    }
  })

  it('of scopes_supported is granted', async () => {
    const h = provider()
    const asked = list('scopes_supported').filter((name) => name !== 'admin')
    expect((await signIn(h, { scope: asked.join(' ') })).scope.split(' ').sort()).toEqual([...asked].sort())
  })

  it('of claims_supported is told, in the ID token or by UserInfo', async () => {
    const h = provider()
    h.login = { subject: 'alice', authenticatedAt: h.now, acr: 'urn:two', amr: ['pwd'] }
    h.claims = async (_, { for: what }) => (what === 'access_token' ? {} : everything)
    const claims = JSON.stringify({ userinfo: Object.fromEntries(identityClaims.map((name) => [name, null])) })
    const tokens = await signIn(h, { claims })
    const all = { ...(await idTokenOf(h, tokens)), ...(await userInfo(h, tokens.access_token)).body }
    for (const name of list('claims_supported')) expect(all, name).toHaveProperty(name)
  })

  it('of subject_types_supported is a sub', async () => {
    const subs = await Promise.all(
      list('subject_types_supported').map(async (subject_type) => {
        const h = provider({ clients: [{ ...forum, subject_type }] })
        return (await idTokenOf(h, await signIn(h))).sub
      }),
    )
    expect(new Set(subs).size).toBe(list('subject_types_supported').length)
  })

  it('of request_object_signing_alg_values_supported is taken in a request object', async () => {
    for (const alg of list('request_object_signing_alg_values_supported')) {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
      const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg }] }
      const h = provider({ clients: [{ ...forum, jwks, request_object_signing_alg: alg }] })
      const request = await new SignJWT({ nonce: 'inside' }).setProtectedHeader({ alg }).sign(privateKey)
      expect((await idTokenOf(h, await signIn(h, { request }))).nonce, alg).toBe('inside')
    }
  })

  it('of response_modes_supported carries the answer', async () => {
    const h = provider()
    const browser = h.browser()
    await signIn(h, {}, browser)
    for (const response_mode of list('response_modes_supported')) {
      const answer = await browser.get(authorizeUrl(pkce().challenge, { scope: 'openid', response_mode }))
      const carried = { query: '?', fragment: '#' }[response_mode]
      if (carried) expect(answer.headers.get('location')).toContain(`${carried}code=gwac_`)
      else expect(await answer.text()).toContain('name="code" value="gwac_')
    }
  })

  it('of prompt_values_supported is understood', async () => {
    const h = provider()
    for (const prompt of list('prompt_values_supported')) {
      const answer = await h.browser().get(authorizeUrl(pkce().challenge, { scope: 'openid', prompt }))
      expect(answer.headers.get('location') ?? '', prompt).not.toContain('error=invalid_request')
    }
  })
})
