/** A scope that nobody knows ends no flow, and the answer tells what was granted. */
import { expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  claimsOf,
  clients,
  harness,
  OTHER_API,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  redirected,
  snapshot,
} from '../support/harness.js'

it.each([
  ['the habit of OpenID clients beside real scope', 'openid read email profile', 'read'],
  ['that habit alone', 'openid email profile', 'read'],
  ['the scope of every API', 'read write admin', 'read write'],
  ['spaces that separate nothing', '  read  write ', 'read write'],
  ['nothing but spaces', '   ', 'read'],
])('%s: %s', async (_, scope, granted) => {
  const tokens = await obtainTokens(harness(), 'web', { scope, resource: API })
  expect([tokens.scope, claimsOf(tokens.access_token).scope]).toEqual([granted, granted])
})

it('a name that is known and not the client’s is still refused, and nothing is kept', async () => {
  const web = { ...clients.web, scope: 'read', default_scope: 'read' }
  const h = harness({ clients: [web] })
  const before = await snapshot(h)
  for (const scope of ['write', 'read write', 'write openid']) {
    const answer = redirected(await h.browser().get(authorizeUrl(pkce().challenge, { scope })))
    expect([answer.get('error'), answer.get('code')]).toEqual(['invalid_scope', null])
  }
  expect(await snapshot(h)).toBe(before)
})

it('a tab or a line end is malformed, not a space', async () => {
  for (const [scope, error] of [
    ['read\u00a0write', 'invalid_scope'],
    ['read\twrite', 'invalid_request'],
    ['read\nwrite', 'invalid_request'],
  ] as const) {
    const answer = await harness().browser().get(authorizeUrl(pkce().challenge, { scope }))
    expect(redirected(answer).get('error')).toBe(error)
  }
})

it('the operator is told which names were left out, once for each request, and the client’s event stays what it is', async () => {
  const h = harness()
  await obtainTokens(h, 'web', { scope: 'openid read admin offline_access' })
  expect(h.events.filter(({ type }) => type === 'scope_left_out')).toEqual([
    {
      type: 'scope_left_out',
      endpoint: 'authorize',
      clientId: 'web',
      hint: 'Received "openid", "admin", which no resource of the request knows. What it asks for now is "read".',
      at: h.now,
    },
  ])
  expect(h.events).toContainEqual(expect.objectContaining({ type: 'code_issued', scope: ['read'] }))
})

it('what is usual at the resource comes to a client without a default: not what has to be named', async () => {
  const resources = {
    [API]: { scopes: { read: 'Read', write: 'Write', erase: { text: 'Erase', onRequest: true } }, default: true },
    [OTHER_API]: { scopes: { admin: 'Administrate', audit: 'Look' }, defaultScope: ['audit'] },
  }
  const bare = { ...clients.web, scope: '', default_scope: undefined }
  const h = harness({ resources, clients: [bare] })
  expect((await obtainTokens(h)).scope).toBe('read write')
  expect((await obtainTokens(h, 'web', { scope: 'openid' })).scope).toBe('read write')
  expect((await obtainTokens(h, 'web', { scope: 'erase' })).scope).toBe('erase')
  expect((await obtainTokens(h, 'web', { resource: OTHER_API })).scope).toBe('audit')
  const both = await obtainCode(h, { resource: [API, OTHER_API] })
  expect((await h.token({ ...redeemForm(both), resource: OTHER_API })).body.scope).toBe('audit')
})
