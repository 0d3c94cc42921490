/**
 * What each request costs the store: the promise that makes every database with a conditional write good enough.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { fromRequest } from '../../src/edge/fetch.js'
import { createResourceServer } from '../../src/resource/resource-server.js'
import {
  API,
  authenticated,
  authorizeUrl,
  basic,
  CALLBACK,
  garbled,
  type Harness,
  harness,
  ISSUER,
  OTHER_API,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  refreshForm,
} from '../support/harness.js'
import { type ObservedStorage, observedStorage } from '../support/observed-storage.js'

let h: Harness
let storage: ObservedStorage

beforeEach(async () => {
  storage = observedStorage()
  h = harness({ storage })
  // The keys are read once and held.
  await obtainTokens(h)
  await h.token({ grant_type: 'client_credentials', resource: OTHER_API, scope: 'admin' }, 'machine')
})

async function callsOf(act: () => Promise<unknown>): Promise<string[]> {
  storage.calls.length = 0
  await act()
  return [...storage.calls]
}

describe('a redemption', () => {
  it('is one get and one swap on the grant, and no read of a configured client', async () => {
    const good = redeemForm(await obtainCode(h))
    expect(await callsOf(() => h.token(good))).toEqual(['get grant', 'replace grant'])
  })

  it('of an opaque token costs no more', async () => {
    const good = redeemForm(await obtainCode(h, { resource: OTHER_API, scope: 'admin' }))
    expect(await callsOf(() => h.token(good))).toEqual(['get grant', 'replace grant'])
  })

  it('that replays is one get and one swap', async () => {
    const good = redeemForm(await obtainCode(h))
    await h.token(good)
    expect(await callsOf(() => h.token(good))).toEqual(['get grant', 'replace grant'])
    expect(await callsOf(() => h.token(good))).toEqual(['get grant'])
  })

  it('that is refused without a change is one get', async () => {
    const good = redeemForm(await obtainCode(h))
    expect(await callsOf(() => h.token({ ...good, redirect_uri: 'https://x.example' }))).toEqual(['get grant'])
    expect(await callsOf(() => h.token({ ...good, code: garbled(good.code) }))).toEqual(['get grant'])
  })

  it('with what cannot be a code costs nothing', async () => {
    expect(await callsOf(() => h.token({ grant_type: 'authorization_code', code: 'x' }))).toEqual([])
  })
})

describe('a refresh', () => {
  it('is one get and one swap on the grant', async () => {
    const { refresh_token } = await obtainTokens(h)
    expect(await callsOf(() => h.token(refreshForm(refresh_token)))).toEqual(['get grant', 'replace grant'])
  })

  it('that is retried is one get', async () => {
    const { refresh_token } = await obtainTokens(h)
    await h.token(refreshForm(refresh_token))
    expect(await callsOf(() => h.token(refreshForm(refresh_token)))).toEqual(['get grant'])
  })

  it('that is refused without a change is one get', async () => {
    const { refresh_token } = await obtainTokens(h)
    const attempts = [{ scope: 'write' }, { resource: OTHER_API }]
    for (const more of attempts) {
      expect(await callsOf(() => h.token({ ...refreshForm(refresh_token), ...more }))).toEqual(['get grant'])
    }
    expect(await callsOf(() => h.token(refreshForm(garbled(refresh_token))))).toEqual(['get grant'])
  })
})

describe('a client', () => {
  it('that is stored is read once in 30 seconds', async () => {
    const metadata = { grant_types: ['client_credentials'] as const, default_scope: 'read' }
    const { client, clientSecret = '' } = await h.server.clients.create(metadata)
    const ask = () => h.post('/oauth/token', 'grant_type=client_credentials', basic(client.client_id, clientSecret))
    expect(await callsOf(ask)).toEqual(['get client'])
    expect(await callsOf(ask)).toEqual([])
    h.now += 30_000
    expect(await callsOf(ask)).toEqual(['get client'])
  })

  it('that does not exist is asked for each time', async () => {
    const ask = () => h.post('/oauth/token', 'grant_type=client_credentials', basic('nobody', 'secret'))
    expect(await callsOf(ask)).toEqual(['get client'])
    expect(await callsOf(ask)).toEqual(['get client'])
  })

  it('that acts for itself costs nothing', async () => {
    expect(await callsOf(() => h.token({ grant_type: 'client_credentials' }, 'machine'))).toEqual([])
  })
})

describe('looking at tokens', () => {
  it.each([API, OTHER_API])('introspection of a token for %s is one get on the grant', async (resource) => {
    const { access_token: token } = await obtainTokens(h, 'web', {
      resource,
      scope: resource === API ? 'read' : 'admin',
    })
    expect(await callsOf(() => h.post('/oauth/introspect', ...authenticated({ token }, 'web')))).toEqual(['get grant'])
  })

  it('introspection of a token that nobody made costs nothing', async () => {
    for (const token of ['x', 'a.b.c', `gwat_${'A'.repeat(80)}`]) {
      const calls = await callsOf(() => h.post('/oauth/introspect', ...authenticated({ token }, 'api')))
      expect(calls.filter((call) => call !== 'get key')).toEqual([])
    }
  })

  it('a resource server asks for the grant once per request', async () => {
    const { access_token } = await obtainTokens(h)
    const guard = createResourceServer({ server: h.server })
    const request = new Request(API, { headers: { authorization: `Bearer ${access_token}` } })
    expect(await callsOf(() => guard.check(fromRequest(request)))).toEqual(['get grant'])
  })

  it('revocation of a refresh token is one get and one swap, and nothing to swap the second time', async () => {
    const { refresh_token: token } = await obtainTokens(h)
    const revoke = () => h.post('/oauth/revoke', ...authenticated({ token }, 'web'))
    expect(await callsOf(revoke)).toEqual(['get grant', 'replace grant'])
    expect(await callsOf(revoke)).toEqual(['get grant'])
  })
})

describe('authorization', () => {
  it('with a remembered consent is counted, and one insert between two looks at the consent, which may be withdrawn meanwhile', async () => {
    const { challenge } = pkce()
    await h.browser().get(authorizeUrl(challenge))
    const calls = await callsOf(() => h.browser().get(authorizeUrl(challenge)))
    expect(calls).toEqual(['get consent', 'get counter', 'replace counter', 'insert grant', 'get consent'])
  })

  it('that is refused writes nothing', async () => {
    const calls = await callsOf(() => h.browser().get(authorizeUrl('bad')))
    expect(calls).toEqual([])
  })

  it('with prompt=none writes nothing when there is no login or consent', async () => {
    const { challenge } = pkce()
    h.login = { subject: 'stranger' }
    const url = authorizeUrl(challenge, { prompt: 'none', redirect_uri: CALLBACK })
    expect(await callsOf(() => h.browser().get(url))).toEqual(['get consent'])
    h.login = null
    expect(await callsOf(() => h.browser().get(url))).toEqual([])
  })
})

it('jwks and metadata cost nothing', async () => {
  for (const path of ['/oauth/jwks', '/.well-known/oauth-authorization-server']) {
    expect(await callsOf(() => h.server.fetch(new Request(ISSUER + path)))).toEqual([])
  }
})
