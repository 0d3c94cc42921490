import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import { type AccessNeed, createResourceServer, type ResourceServer } from '../../src/resource/index.js'
import { harness, obtainTokens, START as SERVER_START } from '../support/harness.js'
import { foreignIssuer, type Issuer, outcome, START, show, statusOf } from './issuer.js'

let signer: Signer
let issuer: Issuer
let api: ResourceServer

beforeAll(async () => {
  signer = await importSigner(await generatePrivateJwk('ES256'))
})
beforeEach(() => {
  issuer = foreignIssuer([signer.publicJwk])
  api = issuer.api()
})

const login = { auth_time: START / 1000 - 60, acr: 'pwd' }
const shown = async (claims: object, need: AccessNeed) =>
  outcome(await show(api, await issuer.token(signer, claims), need))

describe('a login that is enough', () => {
  it.each<[string, AccessNeed]>([
    ['recent', { maxAge: 60 }],
    ['as recent as clocks can tell', { maxAge: 55 }],
    ['of the kind', { acr: 'pwd' }],
    ['of one of the kinds', { acr: 'mfa pwd' }],
    ['of one of a list of kinds', { acr: ['mfa', 'pwd'] }],
    ['both', { maxAge: 60, acr: 'pwd', scope: 'read' }],
  ])('(%s) gives access', async (_, need) => {
    expect((await shown(login, need)).status).toBe(200)
  })
})

describe('is 401 insufficient_user_authentication', () => {
  const start = 'Bearer error="insufficient_user_authentication", error_description="[^"]+"'
  it.each<[string, object, AccessNeed, string]>([
    ['for a login too long ago', login, { maxAge: 54 }, ', max_age="54"'],
    ['for a login too long ago for anything', login, { maxAge: 0 }, ', max_age="0"'],
    ['for a login of another kind', login, { acr: 'mfa' }, ', acr_values="mfa"'],
    ['for a login of neither kind', login, { acr: ['phr', 'mfa'] }, ', acr_values="phr mfa"'],
    ['when one of two is missing', login, { acr: 'mfa', maxAge: 300 }, ', acr_values="mfa", max_age="300"'],
    ['when nothing is known of the login', {}, { maxAge: 1e9 }, ', max_age="1000000000"'],
    ['when the kind is not known', {}, { acr: 'pwd' }, ', acr_values="pwd"'],
    ['when the time is no number', { auth_time: '1' }, { maxAge: 1e9 }, ', max_age="1000000000"'],
    [
      'with the scope that is needed, and what the token has beside it',
      login,
      { acr: 'mfa', scope: 'read' },
      ', acr_values="mfa", scope="read write"',
    ],
  ])('%s', async (_, claims, need, rest) => {
    const { status, challenge, body } = await shown(claims, need)
    expect(status).toBe(401)
    expect(challenge).toMatch(new RegExp(`^${start}${rest}$`))
    expect(JSON.parse(body)).toMatchObject({ error: 'insufficient_user_authentication' })
    expect((await shown(claims, {})).status).toBe(200)
  })
})

it('a scope that is missing is told first', async () => {
  expect((await shown(login, { acr: 'mfa', scope: 'admin' })).status).toBe(403)
})

it('the login of a token is judged in the server’s own process, too', async () => {
  const h = harness()
  h.login = { subject: 'alice', sessionId: 's1', authenticatedAt: SERVER_START - 60_000, acr: 'pwd' }
  api = createResourceServer({ server: h.server })
  const { access_token } = await obtainTokens(h)
  const needs: AccessNeed[] = [{ maxAge: 60 }, { maxAge: 59 }, { acr: 'pwd' }, { acr: 'mfa' }]
  expect(await Promise.all(needs.map((need) => statusOf(show(api, access_token, need))))).toEqual([200, 401, 200, 401])
  expect(await show(api, access_token)).toMatchObject({ ok: true, access: { acr: 'pwd' } })
})
