/**
 * Terms, shown with a test feature: what is approved besides the access, from the request to the token.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import type { Offer } from '../../src/points/term.js'
import { TermRefused } from '../../src/protocol/terms.js'
import { createResourceServer } from '../../src/resource/index.js'
import {
  authorizeUrl,
  type Browser,
  claimsOf,
  clients,
  formFields,
  type Harness,
  harness,
  introspected,
  OTHER_API,
  obtainCode,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
  snapshot,
  storedGrant,
} from '../support/harness.js'
import { workspaces } from '../support/workspaces.js'

const { verifier, challenge } = pkce()
let memberships: Map<string, string[]>
let h: Harness
let browser: Browser

beforeEach(() => {
  memberships = new Map([
    ['alice', ['red', 'blue']],
    ['bob', ['blue']],
  ])
  h = serverWith({ features: [workspaces(memberships)] })
  browser = h.browser()
})

const firstParty = { ...clients.web, client_id: 'own', first_party: true }
const serverWith = (options: Partial<ServerOptions>) =>
  harness({ clients: [...Object.values(clients), firstParty], ...options })

type Changes = Parameters<typeof authorizeUrl>[1]
const authorize = (changes: Changes = {}) => browser.get(authorizeUrl(challenge, changes))

async function asked(response: Response) {
  expect(response.status).toBe(200)
  const text = await response.text()
  return { text, fields: formFields(text) }
}

const answer = (fields: Record<string, string>, more: Record<string, string> = {}) =>
  browser.post('/oauth/consent', { ...fields, decision: 'allow', ...more })

async function redeem(response: Response, client: keyof typeof clients = 'web') {
  const code = redirected(response).get('code') ?? ''
  return (await h.token(redeemForm({ code, verifier }), client)).body as unknown as Record<string, string>
}

async function tokensFor(changes: Changes = {}, more: Record<string, string> = {}) {
  const { fields } = await asked(await authorize(changes))
  return redeem(await answer(fields, more))
}

const errorOf = (response: Response) => {
  const sent = redirected(response)
  expect(sent.get('code')).toBeNull()
  return [sent.get('error'), sent.get('error_description')]
}

/** The same store, served without the feature. */
function withoutFeature(): Harness {
  const bare = serverWith({ storage: h.storage })
  bare.now = h.now
  return bare
}

describe('a term of a request', () => {
  it('goes from the request into the grant, the token and the token response', async () => {
    const tokens = await tokensFor({ workspace: 'red' })
    expect(await storedGrant(h, tokens.refresh_token ?? '')).toMatchObject({ terms: { '!workspace': 'red' } })
    expect(claimsOf(tokens.access_token ?? '')).toMatchObject({ workspace: 'red', sub: 'alice' })
    expect(tokens).toMatchObject({ workspace: 'red', by: 'authorization_code' })
    const refreshed = await h.token(refreshForm(tokens.refresh_token ?? ''))
    expect(refreshed.body).toMatchObject({ workspace: 'red', by: 'refresh_token' })
    expect(claimsOf(refreshed.body.access_token)).toMatchObject({ workspace: 'red', sub: 'alice' })
    const told = await introspected(h, refreshed.body.access_token)
    expect(told).toMatchObject({ active: true, workspace: 'red', sub: 'alice' })
  })

  it('says nothing in place of the protocol, in no member of the token response', async () => {
    const tokens = await tokensFor({ workspace: 'red' })
    expect(tokens.access_token).not.toBe('forged')
    const feature = workspaces(memberships)
    const members = () => ({ refresh_token: 'forged', scope: 'forged', toJSON: () => 'forged', told: 'yes' })
    const client = { ...clients.web, grant_types: ['authorization_code'] }
    h = serverWith({ features: [{ ...feature, terms: [{ ...feature.terms[0], members }] }], clients: [client] })
    browser = h.browser()
    expect(await tokensFor({ workspace: 'red' })).toEqual({
      access_token: expect.stringMatching(/^ey/),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'read',
      told: 'yes',
    })
  })

  it('is told of an opaque token, as long as it stands', async () => {
    const tokens = await tokensFor({ workspace: 'red', resource: OTHER_API, scope: 'admin' })
    expect(await introspected(h, tokens.access_token ?? '', 'web')).toMatchObject({ active: true, workspace: 'red' })
    memberships.set('alice', ['blue'])
    expect(await introspected(h, tokens.access_token ?? '', 'web')).toEqual({ active: false })
  })

  it('that is wrong is told to the client, and nothing is stored', async () => {
    const before = await snapshot(h)
    const told = errorOf(await authorize({ workspace: 'Not a name' }))
    expect(told).toEqual(['invalid_request', 'workspace must be a name.'])
    expect(await snapshot(h)).toBe(before)
  })

  it('that this person cannot have is told to the client', async () => {
    const told = errorOf(await authorize({ workspace: 'green' }))
    expect(told).toEqual(['access_denied', 'The user is not in the workspace.'])
    memberships.delete('alice')
    expect(errorOf(await authorize())).toEqual(['access_denied', 'The user is in no workspace.'])
    expect(h.events.at(-1)).toMatchObject({ type: 'refused', reason: 'term_refused' })
  })

  it('is shown on the consent page and among the connected apps, in the language of the person', async () => {
    const response = await browser.get(authorizeUrl(challenge, { workspace: 'red' }), { 'accept-language': 'de' })
    const { text, fields } = await asked(response)
    expect(text).toContain('Nur in red')
    await redeem(await answer(fields))
    expect(await (await browser.get('/oauth/apps')).text()).toContain('Only in red')
  })

  it('that restricts makes records which a version without features does not touch, as long as it restricts them', async () => {
    const formats = async () => {
      const records = await Promise.all(
        (['request', 'grant', 'consent'] as const).map((kind) => h.storage.list(kind, {}, { limit: 9 })),
      )
      return records.flat().map(({ document }) => (JSON.parse(document) as { v: number }).v)
    }
    const tokens = await tokensFor({ workspace: 'red' })
    expect(await formats()).toEqual([2, 2, 2])
    await h.server.grants.revokeAll({ subject: 'alice' })
    expect(await formats()).toEqual([2, 1])
    expect((await h.token(refreshForm(tokens.refresh_token ?? ''))).body.error).toBe('invalid_grant')
  })

  it('that was chosen does, too, and one that restricts nothing does not', async () => {
    const { fields } = await asked(await authorize())
    const formatOf = async (kind: 'request' | 'grant') =>
      (JSON.parse((await h.storage.list(kind, {}, { limit: 1 }))[0]?.document ?? '{}') as { v: number }).v
    expect(await formatOf('request')).toBe(1)
    await answer(fields, { term_0: '0' })
    expect([await formatOf('request'), await formatOf('grant')]).toEqual([2, 2])
    const loose = workspaces(memberships)
    h = serverWith({ features: [{ ...loose, terms: [{ ...loose.terms[0], name: 'workspace' }] }] })
    browser = h.browser()
    await tokensFor({ workspace: 'red' })
    expect([await formatOf('request'), await formatOf('grant')]).toEqual([1, 1])
  })

  it('changes nothing about a grant without one', async () => {
    const bare = withoutFeature()
    const { code } = await obtainCode(bare)
    expect(await storedGrant(bare, code)).not.toHaveProperty('terms')
  })
})

describe('values that are large', () => {
  const large = (bytes: number) => {
    const feature = workspaces(memberships)
    const value = 'x'.repeat(bytes)
    memberships.set('alice', ['red', value])
    h = serverWith({ features: [feature] })
    browser = h.browser()
    return value
  }

  it('are told to the client that sends them', async () => {
    expect(errorOf(await authorize({ workspace: large(4200) }))).toEqual([
      'invalid_request',
      'The request is too large.',
    ])
  })

  it('are the mistake of the app that offers them, and lose nothing', async () => {
    large(4200)
    const { fields } = await asked(await authorize())
    expect((await answer(fields, { term_0: '1' })).status).toBe(500)
    expect(String((h.events.at(-1) as { cause?: unknown }).cause)).toContain('4096 bytes')
    expect(redirected(await answer(fields, { term_0: '0' })).get('code')).not.toBeNull()
  })

  it('fit into every record beside the largest request', async () => {
    const value = large(4000)
    const { fields } = await asked(await authorize({ state: 's'.repeat(8000), login_hint: 'h'.repeat(7500) }))
    const response = await answer(fields, { term_0: '1' })
    expect(await storedGrant(h, redirected(response).get('code') ?? '')).toMatchObject({
      terms: { '!workspace': value },
    })
  })
})

describe('a choice', () => {
  it('is asked for, and what was chosen is granted', async () => {
    const { text, fields } = await asked(await authorize())
    for (const said of ['Workspace', 'The red workspace', 'The blue workspace']) expect(text).toContain(said)
    const tokens = await redeem(await answer(fields, { term_0: '1' }))
    expect(claimsOf(tokens.access_token ?? '')).toMatchObject({ workspace: 'blue' })
  })

  it('of one is none', async () => {
    h.login = { subject: 'bob' }
    const { text, fields } = await asked(await authorize())
    expect(text).not.toContain('The blue workspace')
    expect(text).toContain('Only in blue')
    const tokens = await redeem(await answer(fields))
    expect(claimsOf(tokens.access_token ?? '')).toMatchObject({ workspace: 'blue', sub: 'bob' })
  })

  const wrong = [{}, { term_0: '2' }, { term_0: 'red' }, { term_0: '-1' }, { term_0: '0x1' }, { term_0: ' 1' }]
  it.each([...wrong, { term_1: '1' }])('that is not one is asked for again: %j', async (posted) => {
    const { fields } = await asked(await authorize())
    const before = await snapshot(h, ['grant', 'consent'])
    await asked(await answer(fields, posted as Record<string, string>))
    expect(await snapshot(h, ['grant', 'consent'])).toBe(before)
  })

  it('can be left when somebody denies', async () => {
    const { fields } = await asked(await authorize())
    expect(errorOf(await answer(fields, { decision: 'deny' }))[0]).toBe('access_denied')
  })

  it('from a page that offered something else is asked for again', async () => {
    const { fields } = await asked(await authorize())
    memberships.set('alice', ['green', 'blue'])
    const { text } = await asked(await answer(fields, { term_0: '0' }))
    expect(text).toContain('The green workspace')
  })

  it('that the person has lost in between gives nothing', async () => {
    const { fields } = await asked(await authorize({ workspace: 'red' }))
    memberships.set('alice', ['blue'])
    expect(errorOf(await answer(fields))).toEqual(['access_denied', 'The user is not in the workspace.'])
  })

  it('is not made with prompt=none', async () => {
    const told = errorOf(await authorize({ prompt: 'none' }))
    expect(told).toEqual(['interaction_required', 'The user has to choose first.'])
  })

  it('is asked for although the client is the own one of the operator', async () => {
    await asked(await authorize({ client_id: 'own' }))
    expect(redirected(await authorize({ client_id: 'own', workspace: 'red' })).get('code')).not.toBeNull()
  })

  it('is the same when Allow is clicked twice, and another one is not taken', async () => {
    const { fields } = await asked(await authorize())
    const first = await answer(fields, { term_0: '0' })
    expect((await answer(fields, { term_0: '0' })).headers.get('location')).toBe(first.headers.get('location'))
    expect((await answer(fields, { term_0: '1' })).status).toBe(409)
  })
})

describe('a choice that an app offers', () => {
  const offering = (offer: (asked: string | undefined) => Offer<string>) => {
    const feature = workspaces(memberships)
    const [term] = feature.terms
    h = serverWith({ features: [{ ...feature, terms: [{ ...term, question: { label: () => 'Workspace', offer } }] }] })
    browser = h.browser()
  }

  it('and refuses in the meantime is no agreement to none at all', async () => {
    let offer: Offer<string> = { settled: undefined }
    offering(() => offer)
    const { fields } = await asked(await authorize())
    offer = new TermRefused('access_denied', 'The user is in no workspace.')
    const before = await snapshot(h)
    expect(errorOf(await answer(fields))).toEqual(['access_denied', 'The user is in no workspace.'])
    expect(await snapshot(h)).toBe(before)
  })

  it('although one was asked for is not told as what was asked for', async () => {
    offering(() => ({ choices: ['red', 'blue'].map((value) => ({ value, text: value })) }))
    const { text, fields } = await asked(await authorize({ workspace: 'red' }))
    expect(text).not.toContain('Only in red')
    const tokens = await redeem(await answer(fields, { term_0: '1' }))
    expect(claimsOf(tokens.access_token ?? '')).toMatchObject({ workspace: 'blue' })
  })
})

describe('what was agreed to before', () => {
  const silently = (changes: Changes) => authorize({ prompt: 'none', ...changes })

  it('counts for the same value and for no other', async () => {
    await tokensFor({ workspace: 'red' })
    expect(redirected(await silently({ workspace: 'red' })).get('code')).not.toBeNull()
    expect(errorOf(await silently({ workspace: 'blue' }))[0]).toBe('consent_required')
  })

  it('does not add up from several values', async () => {
    await tokensFor({ workspace: 'red', scope: 'read' })
    await tokensFor({ workspace: 'blue', scope: 'write' })
    expect(errorOf(await silently({ workspace: 'blue', scope: 'read' }))[0]).toBe('consent_required')
    expect(errorOf(await silently({ workspace: 'red', scope: 'read' }))[0]).toBe('consent_required')
    expect(redirected(await silently({ workspace: 'blue', scope: 'write' })).get('code')).not.toBeNull()
  })

  it('with a term says nothing for a request without it, and the other way round', async () => {
    await tokensFor({ workspace: 'red' })
    const full = h
    h = withoutFeature()
    browser = h.browser()
    expect(errorOf(await silently({}))[0]).toBe('consent_required')
    await tokensFor()
    h = full
    browser = h.browser()
    expect(errorOf(await silently({ workspace: 'red' }))[0]).toBe('consent_required')
  })

  it('counts for what the term itself says is covered', async () => {
    const feature = workspaces(memberships)
    h = serverWith({ features: [{ ...feature, terms: [{ ...feature.terms[0], covers: () => true }] }] })
    browser = h.browser()
    await tokensFor({ workspace: 'red' })
    expect(redirected(await silently({ workspace: 'blue' })).get('code')).not.toBeNull()
  })
})

describe('a grant whose term does not stand any more', () => {
  it('ends at the next token request, with an event', async () => {
    const tokens = await tokensFor({ workspace: 'red' })
    memberships.set('alice', ['blue'])
    const { status, body } = await h.token(refreshForm(tokens.refresh_token ?? ''))
    expect([status, body.error]).toEqual([400, 'invalid_grant'])
    expect(h.events).toContainEqual(expect.objectContaining({ type: 'grant_revoked', reason: 'term_ended' }))
    memberships.set('alice', ['red'])
    expect((await h.token(refreshForm(tokens.refresh_token ?? ''))).body.error).toBe('invalid_grant')
    expect(await introspected(h, tokens.access_token ?? '')).toEqual({ active: false })
  })

  it('gives nothing for its code either', async () => {
    const { fields } = await asked(await authorize({ workspace: 'red' }))
    const response = await answer(fields)
    memberships.delete('alice')
    expect(await redeem(response)).toMatchObject({ error: 'invalid_grant' })
  })
})

describe('a feature that is missing', () => {
  it('whose term restricts lets nothing be issued, ends nothing, and says what is missing', async () => {
    const tokens = await tokensFor({ workspace: 'red' })
    const bare = withoutFeature()
    const before = await snapshot(h)
    const { status, body } = await bare.token(refreshForm(tokens.refresh_token ?? ''))
    expect([status, body.error]).toEqual([503, 'temporarily_unavailable'])
    expect(bare.events.at(-1)).toMatchObject({ type: 'failed', endpoint: 'token' })
    expect(String((bare.events.at(-1) as { cause?: unknown }).cause)).toContain("the term '!workspace'")
    expect(await introspected(bare, tokens.access_token ?? '')).toEqual({ active: false })
    expect(await introspected(bare, tokens.refresh_token ?? '', 'web')).toEqual({ active: false })
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(refreshForm(tokens.refresh_token ?? ''))).status).toBe(200)
  })

  it('whose term restricts does not let a code be redeemed, and the code stays good', async () => {
    const { fields } = await asked(await authorize({ workspace: 'red' }))
    const form = redeemForm({ code: redirected(await answer(fields)).get('code') ?? '', verifier })
    expect((await withoutFeature().token(form)).status).toBe(503)
    expect((await h.token(form)).status).toBe(200)
  })

  it('whose term restricts lets no waiting request go on', async () => {
    const { fields } = await asked(await authorize({ workspace: 'red' }))
    const other = withoutFeature().browser()
    for (const [name, value] of browser.cookies) other.cookies.set(name, value)
    const before = await snapshot(h)
    expect((await other.post('/oauth/consent', { ...fields, decision: 'allow' })).status).toBe(503)
    expect((await other.get(`/oauth/authorize?pending=${fields.pending}`)).status).toBe(503)
    expect(await snapshot(h)).toBe(before)
    expect(redirected(await answer(fields)).get('code')).not.toBeNull()
  })

  it('does not keep anybody from ending what was granted with it', async () => {
    const tokens = await tokensFor({ workspace: 'red' })
    expect(await withoutFeature().server.grants.revokeAll({ subject: 'alice' })).toBe(1)
    expect((await h.token(refreshForm(tokens.refresh_token ?? ''))).body.error).toBe('invalid_grant')
  })

  it('lets nobody approve what cannot be shown or offered without it', async () => {
    const loose = workspaces(memberships)
    h = serverWith({ features: [{ ...loose, terms: [{ ...loose.terms[0], name: 'workspace' }] }] })
    browser = h.browser()
    h.login = null
    // Nobody has looked yet whether the person is in it.
    const back = new URL(redirected(await authorize({ workspace: 'green' })).get('return_to') ?? '')
    const bare = withoutFeature()
    const other = bare.browser()
    for (const [name, value] of browser.cookies) other.cookies.set(name, value)
    const { fields } = await asked(await other.get(back.pathname + back.search))
    const code = redirected(await other.post('/oauth/consent', { ...fields, decision: 'allow' })).get('code') ?? ''
    expect(await storedGrant(bare, code)).not.toHaveProperty('terms')
  })

  it('whose term restricts nothing is left out of account, and its value stays', async () => {
    const loose = workspaces(memberships)
    h = serverWith({ features: [{ ...loose, terms: [{ ...loose.terms[0], name: 'workspace' }] }] })
    browser = h.browser()
    const tokens = await tokensFor({ workspace: 'red' })
    const bare = withoutFeature()
    const { status, body } = await bare.token(refreshForm(tokens.refresh_token ?? ''))
    expect(status).toBe(200)
    expect(claimsOf(body.access_token)).not.toHaveProperty('workspace')
    expect(await storedGrant(bare, body.refresh_token)).toMatchObject({ terms: { workspace: 'red' } })
  })
})

it('what cannot be told of a grant does not keep anybody from ending it, but from agreeing', async () => {
  const feature = workspaces(memberships)
  const words = () => {
    throw new Error('no words')
  }
  await tokensFor({ workspace: 'red' })
  const mute = serverWith({ storage: h.storage, features: [{ ...feature, terms: [{ ...feature.terms[0], words }] }] })
  const page = await mute.browser().get('/oauth/apps')
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Web App')])
  expect(mute.events).toMatchObject([{ type: 'failed', endpoint: 'apps', cause: { message: 'no words' } }])
  expect((await mute.browser().get(authorizeUrl(challenge, { workspace: 'blue' }))).status).toBe(500)
})

it('an API in the same process sees what the terms say, and nothing of a grant whose feature is missing', async () => {
  const tokens = await tokensFor({ workspace: 'red', resource: OTHER_API, scope: 'admin' })
  const check = ({ server }: Harness) =>
    createResourceServer({ server, resource: OTHER_API }).check({
      method: 'GET',
      url: '/',
      headerValues: (name) => (name === 'authorization' ? [`Bearer ${tokens.access_token}`] : []),
      body: async () => new Uint8Array(),
      native: undefined,
    })
  const access = await check(h)
  expect(access).toMatchObject({ ok: true, access: { claims: { workspace: 'red' }, subject: 'alice' } })
  expect(access).not.toMatchObject({ access: { claims: { sub: 'somebody else' } } })
  expect(await check(withoutFeature())).toMatchObject({ ok: false, response: { status: 401 } })
})
