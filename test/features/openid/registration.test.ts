/**
 * Clients that register themselves at an OpenID provider.
 */
import { expect, it } from 'vitest'
import { openid } from '../../../src/features/openid/index.js'
import { registration } from '../../../src/features/registration/index.js'
import { type Harness, ISSUER } from '../../support/harness.js'
import { provider } from './sign-in.js'

const setup = (): Harness => provider({ features: [openid(), registration({ open: true })] })

async function register(h: Harness, more: object) {
  const body = { redirect_uris: ['https://forum.example/cb'], ...more }
  const headers = { 'content-type': 'application/json' }
  const request = new Request(`${ISSUER}/oauth/register`, { method: 'POST', headers, body: JSON.stringify(body) })
  const response = await h.server.fetch(request)
  return { status: response.status, body: (await response.json()) as { [member: string]: unknown } }
}

it('a client says how it wants its tokens, and is told what it got', async () => {
  const wanted = {
    application_type: 'web',
    response_types: ['code'],
    subject_type: 'public',
    id_token_signed_response_alg: 'ES256',
    userinfo_signed_response_alg: 'RS256',
    default_max_age: 3600,
    require_auth_time: true,
    default_acr_values: ['urn:two'],
  }
  const h = setup()
  const { status, body } = await register(h, { ...wanted, contacts: ['ada@example.com'] })
  expect(status).toBe(201)
  expect(body).toMatchObject(wanted)
  const { fields } = (await h.server.clients.get(String(body.client_id))) as never as { fields: object }
  expect(fields).toMatchObject({ id_token_signed_response_alg: 'ES256', default_max_age: 3600 })
})

it.each([
  ['id_token_signed_response_alg', 'none'],
  ['id_token_signed_response_alg', 'HS256'],
  ['userinfo_signed_response_alg', 'none'],
  ['default_max_age', -1],
])('%s %j is invalid_client_metadata, with the name of the member, and nothing is written', async (name, value) => {
  const h = setup()
  const { status, body } = await register(h, { [name]: value })
  expect([status, body.error]).toEqual([400, 'invalid_client_metadata'])
  expect(body.error_description).toContain(name)
  expect(await h.storage.list('client', {}, { limit: 10 })).toEqual([])
})
