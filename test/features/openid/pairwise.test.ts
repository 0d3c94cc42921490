/**
 * Pairwise subjects: who is told which `sub` of a user, where, and what a sector is.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core §8.1}
 */
import { describe, expect, it } from 'vitest'
import { openid } from '../../../src/features/openid/index.js'
import { registration } from '../../../src/features/registration/index.js'
import { memoryStorage } from '../../../src/storage/memory.js'
import {
  API,
  authorizeUrl,
  CALLBACK,
  claimsOf,
  clients,
  type Harness,
  ISSUER,
  introspected,
  obtainCode,
  pkce,
  redeemForm,
  redirected,
} from '../../support/harness.js'
import { leaving, leavingProvider } from './logging-out.js'
import { forum, idTokenOf, metadata, provider, type SignedIn, signIn, userInfo } from './sign-in.js'

const private_ = { ...forum, subject_type: 'pairwise' }
const subOf = async (h: Harness, changes = {}) => (await idTokenOf(h, await signIn(h, changes))).sub as string
const pairwiseProvider = (client: object = private_, more = {}) =>
  provider({ clients: [client as typeof private_, clients.api], ...more })

describe('a client with pairwise subjects', () => {
  it('is told one sub for a user, always the same, that says nothing of who they are', async () => {
    const h = pairwiseProvider()
    const sub = await subOf(h)
    expect(sub).toMatch(/^[\w-]{43}$/)
    expect(await subOf(h)).toBe(sub)
    h.login = { subject: 'bob' }
    expect(await subOf(h)).not.toBe(sub)
  })

  it('reads it everywhere: at UserInfo, in the token for UserInfo, and when it introspects its own tokens', async () => {
    const h = pairwiseProvider()
    const tokens = await signIn(h, { scope: 'openid email' })
    const { sub } = await idTokenOf(h, tokens)
    expect((await userInfo(h, tokens.access_token)).body.sub).toBe(sub)
    expect(claimsOf(tokens.access_token).sub).toBe(sub)
    expect(await introspected(h, tokens.access_token, 'web')).toMatchObject({ active: true, sub })
    expect(await introspected(h, tokens.refresh_token, 'web')).toMatchObject({ active: true, sub })
    for (const text of [JSON.stringify(claimsOf(tokens.access_token)), JSON.stringify(claimsOf(tokens.id_token))])
      expect(text).not.toContain('alice')
  })

  it('reads it in logout tokens', async () => {
    const { h, told } = leavingProvider({ clients: [{ ...leaving, subject_type: 'pairwise' }] })
    const { sub } = await idTokenOf(h, await signIn(h))
    await h.server.users.signOut('alice')
    await h.server.deliver()
    expect(claimsOf(told[0]?.form.get('logout_token') ?? '')).toMatchObject({ sub })
  })

  it('leaves to an API the id that the API knows', async () => {
    const h = pairwiseProvider()
    const tokens = await signIn(h, { scope: 'openid read' })
    expect(claimsOf(tokens.access_token)).toMatchObject({ aud: API, sub: 'alice' })
    expect(await introspected(h, tokens.access_token)).toMatchObject({ sub: 'alice' })
    expect(await introspected(h, tokens.access_token, 'web')).toMatchObject({ sub: (await idTokenOf(h, tokens)).sub })
  })

  it('names the user by it: as a hint, and with the claim sub', async () => {
    const h = pairwiseProvider()
    const browser = h.browser()
    const tokens = await signIn(h, {}, browser)
    const { sub } = await idTokenOf(h, tokens)
    const ask = async (changes: Record<string, string>) =>
      redirected(await browser.get(authorizeUrl(pkce().challenge, { scope: 'openid', prompt: 'none', ...changes })))
    const claims = (value: string) => JSON.stringify({ id_token: { sub: { value } } })
    expect((await ask({ id_token_hint: tokens.id_token })).get('code')).not.toBeNull()
    expect((await ask({ claims: claims(String(sub)) })).get('code')).not.toBeNull()
    expect((await ask({ claims: claims('alice') })).get('error')).toBe('login_required')
    h.login = { subject: 'bob' }
    expect((await ask({ id_token_hint: tokens.id_token })).get('error')).toBe('login_required')
  })
})

describe('a sector', () => {
  it('is the host of the redirect URIs, so that clients there have the same sub, and others another', async () => {
    const twin = { ...private_, client_id: 'spa', client_secret: undefined, token_endpoint_auth_method: 'none' }
    const h = provider({
      clients: [
        private_,
        twin as never,
        { ...private_, client_id: 'far', redirect_uris: ['https://far.example/cb'] } as never,
      ],
    })
    const of = async (client_id: string, redirect_uri: string, client_secret?: string) => {
      const { code, verifier } = await obtainCode(h, { client_id, redirect_uri, scope: 'openid' })
      const form = {
        ...redeemForm({ code, verifier }),
        redirect_uri,
        client_id,
        ...(client_secret && { client_secret }),
      }
      const answer = await h.post('/oauth/token', form)
      return claimsOf(((await answer.json()) as { id_token: string }).id_token).sub
    }
    const [here, there] = [await of('spa', CALLBACK), await of('far', 'https://far.example/cb', private_.client_secret)]
    expect(here).toBe(await subOf(h))
    expect(there).not.toBe(here)
  })

  it.each([
    [['https://a.example/cb', 'https://b.example/cb'], 'one host'],
    [['http://127.0.0.1/cb'], 'one host'],
    [['com.example.app:/cb'], 'one host'],
  ])('must be clear: %s', (redirect_uris, problem) => {
    const client = { ...private_, client_secret: undefined, token_endpoint_auth_method: 'none', redirect_uris }
    expect(() => provider({ clients: [client as never] })).toThrow(problem)
  })

  it('is the host of the sector identifier, which must list every redirect URI when the client registers', async () => {
    const asked: string[] = []
    let said: unknown = [CALLBACK, 'https://other.example.com/cb']
    const fetch = async (url: string) => {
      asked.push(url)
      return said === null
        ? new Response(null, { status: 500 })
        : new Response(JSON.stringify(said), { headers: { 'content-type': 'application/json' } })
    }
    const h = provider({ features: [openid({ documents: { fetch } }), registration({ open: true })] })
    const register = async (more: object) => {
      const body = JSON.stringify({ redirect_uris: [CALLBACK], subject_type: 'pairwise', ...more })
      const headers = { 'content-type': 'application/json' }
      const response = await h.server.fetch(new Request(`${ISSUER}/oauth/register`, { method: 'POST', headers, body }))
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    let n = 0
    const sector = () => ({ sector_identifier_uri: `https://sector.example.com/${++n}.json` })
    expect(await register(sector())).toMatchObject({ status: 201, body: { subject_type: 'pairwise' } })
    expect(asked).toEqual(['https://sector.example.com/1.json'])

    const before = await h.storage.list('client', {}, { limit: 100 })
    said = ['https://other.example.com/cb']
    expect(await register(sector())).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_client_metadata',
        error_description: expect.stringContaining('lists other redirect URIs'),
      },
    })
    for (const wrong of [{ redirect_uris: [CALLBACK] }, null, 'text']) {
      said = wrong
      // What was there is told to the operator alone: else whoever registers could have it looked at.
      expect(await register(sector())).toEqual({
        status: 400,
        body: { error: 'invalid_client_metadata', error_description: 'sector_identifier_uri gives no list.' },
      })
    }
    expect(h.events).toContainEqual(expect.objectContaining({ hint: 'the answer has the status 500' }))
    expect(await register({ sector_identifier_uri: 'https://127.0.0.1/list.json' })).toMatchObject({ status: 400 })
    expect(await h.storage.list('client', {}, { limit: 100 })).toEqual(before)
    await expect(
      h.server.clients.create({ redirect_uris: [CALLBACK], subject_type: 'pairwise', ...sector() }),
    ).rejects.toThrow(/^Client metadata: sector_identifier_uri gives no list/)
  })
})

it('has a sid that nobody can make who guesses the session of the app', async () => {
  const guessed = async (client: object) => {
    // Two servers of the same issuer: whatever is not secret is the same at both.
    const sids = [pairwiseProvider(client), pairwiseProvider(client)].map(async (h) => {
      h.login = { subject: 'alice', sessionId: '1' }
      return (await idTokenOf(h, await signIn(h))).sid
    })
    return new Set(await Promise.all(sids)).size === 1
  }
  expect(await guessed(forum)).toBe(true)
  expect(await guessed(private_)).toBe(false)
})

describe('a client that changes', () => {
  const open = {
    subject_type: 'pairwise',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
  }
  const here = 'https://mallory.example/cb'
  const there = CALLBACK
  const lists: Record<string, unknown> = { 'https://victim.example/list.json': [there] }
  const news: string[] = []
  const fetch = async (url: string, init: RequestInit) => {
    if (init.method === 'POST') news.push(new URLSearchParams(String(init.body)).get('logout_token') ?? '')
    return new Response(JSON.stringify(lists[url]), { headers: { 'content-type': 'application/json' } })
  }
  const backchannel_logout_uri = 'https://mallory.example/news'

  it.each([
    ['redirect URIs', {}],
    ['a sector identifier', { sector_identifier_uri: 'https://victim.example/list.json' }],
  ])('by %s of others does not learn how they know whom it has logged in before', async (_, changes) => {
    news.length = 0
    const h = pairwiseProvider({ ...private_, ...changes }, { features: [openid({ documents: { fetch } })] })
    const theirs = await subOf(h)
    const before = { ...open, redirect_uris: [here], backchannel_logout_uri }
    const { client_id } = (await h.server.clients.create(before)).client
    const { code, verifier } = await obtainCode(h, { client_id, redirect_uri: here, scope: 'openid' })
    const { body } = await h.token({ ...redeemForm({ code, verifier }), client_id, redirect_uri: here }, null)
    const mine = claimsOf((body as SignedIn).id_token).sub
    expect(mine).not.toBe(theirs)

    await h.server.clients.update(client_id, { ...before, redirect_uris: [there], ...changes })
    expect((await userInfo(h, String(body.access_token))).body.sub).toBe(mine)
    const refreshed = await h.token(
      { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), client_id },
      null,
    )
    expect(refreshed.status).toBe(200)
    expect(claimsOf((refreshed.body as SignedIn).id_token).sub).toBe(mine)
    expect(claimsOf(String(refreshed.body.access_token)).sub).toBe(mine)
    await h.server.users.signOut('alice')
    await h.server.deliver()
    expect(news.map((token) => claimsOf(token).sub)).toEqual([mine])
  })
})

describe('the salt', () => {
  it('is made once, however many instances want it at the same time', async () => {
    const storage = memoryStorage()
    const all = Array.from({ length: 8 }, () => pairwiseProvider(private_, { storage }))
    const subs = await Promise.all(all.map((h) => subOf(h)))
    expect(new Set(subs).size).toBe(1)
  })

  it('stays when whoever made it is gone before it has answered', async () => {
    const storage = memoryStorage()
    let isDying = true
    const dying = {
      ...storage,
      insert: async (...all: Parameters<typeof storage.insert>) => {
        const done = await storage.insert(...all)
        if (isDying && all[0] === 'key' && all[1].document.startsWith('{"v":1,"sealed"')) {
          isDying = false
          throw new Error('the connection is gone')
        }
        return done
      },
    }
    const first = pairwiseProvider(private_, { storage: dying })
    await expect(signIn(first)).rejects.toThrow()
    const sub = await subOf(first)
    expect(await subOf(pairwiseProvider(private_, { storage }))).toBe(sub)
  })

  it('is not readable in the store, and outlives the secret that it was wrapped with', async () => {
    const storage = memoryStorage()
    const [old, fresh] = ['an old secret of at least thirty-two bytes', 'a new secret of at least thirty-two bytes']
    const sub = await subOf(pairwiseProvider(private_, { storage, secret: old }))
    const both = pairwiseProvider(private_, { storage, secret: [fresh, old] })
    await both.server.keys.rotate()
    expect(await subOf(pairwiseProvider(private_, { storage, secret: fresh }))).toBe(sub)
    const kept = (await storage.list('key', {}, { limit: 100 })).filter(({ document }) =>
      document.includes('"sealed":"a256gcm:'),
    )
    expect(kept.length).toBeGreaterThan(0)
  })

  it('is not made while nobody is pairwise', async () => {
    const h = provider()
    await signIn(h)
    const before = (await h.storage.list('key', {}, { limit: 100 })).length
    const paired = pairwiseProvider(private_, { storage: h.storage })
    await signIn(paired)
    expect((await h.storage.list('key', {}, { limit: 100 })).length).toBe(before + 1)
  })
})

it('is promised by the metadata', async () => {
  expect(await metadata(provider())).toMatchObject({ subject_types_supported: ['public', 'pairwise'] })
})
