/**
 * What a person can leave out of a request, how long that is remembered, and which clients are asked about at all.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import {
  API,
  authorizeUrl,
  type Browser,
  CALLBACK,
  claimsOf,
  clients,
  formFields,
  type Harness,
  harness,
  ISSUER,
  OTHER_API,
  obtainCode,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
  snapshot,
} from '../support/harness.js'

const resources: ServerOptions['resources'] = {
  [API]: {
    scopes: {
      read: 'Read your notes',
      write: { text: 'Change your notes', optional: true },
      share: { text: 'Share your notes', optional: true },
    },
    default: true,
  },
  [OTHER_API]: { scopes: { admin: { text: 'Administrate', optional: true } } },
}
const web = { ...clients.web, scope: 'read write share admin' }
const { verifier, challenge } = pkce()
let h: Harness
let browser: Browser

beforeEach(() => {
  h = harness({ resources, clients: [web, clients.spa, clients.native] })
  browser = h.browser()
})

type Changes = Parameters<typeof authorizeUrl>[1]

/** The page, its hidden fields, and its checkboxes: name and whether it is ticked. */
async function ask(changes: Changes = {}) {
  const response = await browser.get(authorizeUrl(challenge, { scope: 'read write share', ...changes }))
  const text = await response.text()
  const boxes = [...text.matchAll(/<input type="checkbox" name="([^"]+)" value="yes"( checked)?><bdi>([^<]+)</g)]
  return {
    response,
    text,
    fields: formFields(text),
    boxes: boxes.map(([, name = '', checked, label = '']) => ({ name, label, ticked: checked !== undefined })),
  }
}

const WRITE = { scope_0_1: 'yes' }
const SHARE = { scope_0_2: 'yes' }

const answer = (fields: Record<string, string>, kept: Record<string, string>, decision = 'allow') =>
  browser.post('/oauth/consent', { ...fields, ...kept, decision })

/** Asks, answers, redeems: the scope of the tokens. */
async function agreeTo(kept: Record<string, string>, changes: Changes = {}) {
  const response = await answer((await ask(changes)).fields, kept)
  return tokensOf(response)
}

async function tokensOf(response: Response) {
  const code = redirected(response).get('code')
  if (code === null) throw new Error(`no code: ${response.headers.get('location')}`)
  return (await h.token(redeemForm({ code, verifier }))).body
}

const nothingGranted = async () => expect(await snapshot(h, ['grant', 'consent'])).toBe('[[],[]]')

describe('the page', () => {
  it('has a ticked box for what is optional, and none for what is not', async () => {
    const { boxes, text } = await ask()
    expect(boxes).toEqual([
      { name: 'scope_0_1', label: 'Change your notes', ticked: true },
      { name: 'scope_0_2', label: 'Share your notes', ticked: true },
    ])
    expect(text).toContain('Read your notes')
    expect(text).toContain('You can untick')
  })

  it('says nothing of choosing when there is nothing to choose', async () => {
    const { boxes, text } = await ask({ scope: 'read' })
    expect(boxes).toEqual([])
    expect(text).not.toContain('You can untick')
  })
})

describe('what is unticked', () => {
  it('is in no token, no refresh and no event, and the token response tells the scope', async () => {
    const { access_token, refresh_token, scope } = await agreeTo(SHARE)
    expect(scope).toBe('read share')
    expect(claimsOf(access_token)).toMatchObject({ scope: 'read share' })
    expect((await h.token(refreshForm(refresh_token))).body.scope).toBe('read share')
    expect((await h.token({ ...refreshForm(refresh_token), scope: 'write' })).body.error).toBe('invalid_scope')
    for (const type of ['consent_given', 'code_issued']) {
      expect(h.events).toContainEqual(expect.objectContaining({ type, scope: ['read', 'share'] }))
    }
  })

  it('narrows a refresh that names it beside what was granted; any other scope of the API is invalid_scope and spends nothing', async () => {
    const { refresh_token } = await agreeTo(SHARE)
    const before = await snapshot(h, ['grant'])
    for (const scope of ['write', 'nothing write']) {
      expect((await h.token({ ...refreshForm(refresh_token), scope })).body.error).toBe('invalid_scope')
    }
    expect(await snapshot(h, ['grant'])).toBe(before)
    const { body } = await h.token({ ...refreshForm(refresh_token), scope: 'read write share' })
    expect(body.scope).toBe('read share')
    expect(claimsOf(body.access_token).scope).toBe('read share')
  })

  it('narrows the refreshes of later grants, too, about which nobody was asked', async () => {
    await agreeTo(SHARE)
    const { refresh_token } = await tokensOf((await ask()).response)
    const { body } = await h.token({ ...refreshForm(refresh_token), scope: 'read write share' })
    expect(body.scope).toBe('read share')
  })

  it('is refused until prompt=consent: nobody is asked again, and it is not granted', async () => {
    await agreeTo({})
    const again = await ask()
    expect(again.response.status).toBe(303)
    expect((await tokensOf(again.response)).scope).toBe('read')
  })

  it('is offered ticked by prompt=consent, and granted when it is agreed to then', async () => {
    await agreeTo({})
    expect((await ask({ prompt: 'consent' })).boxes.map(({ ticked }) => ticked)).toEqual([true, true])
    expect((await agreeTo({ ...WRITE, ...SHARE }, { prompt: 'consent' })).scope).toBe('read write share')
    expect((await tokensOf((await ask()).response)).scope).toBe('read write share')
  })

  it('is not ticked when the page is shown for something else that is wanted', async () => {
    await agreeTo({}, { scope: 'read write' })
    expect((await ask()).boxes).toMatchObject([
      { label: 'Change your notes', ticked: false },
      { label: 'Share your notes', ticked: true },
    ])
  })

  it('takes back what was agreed to before, for the grants to come', async () => {
    await agreeTo({ ...WRITE, ...SHARE })
    await agreeTo({}, { prompt: 'consent' })
    expect((await tokensOf((await ask()).response)).scope).toBe('read')
    const strict = { ...resources, [API]: { scopes: { read: 'Read', write: 'Write' } } }
    const stricter = harness({ storage: h.storage, resources: strict, clients: [clients.web] })
    const page = await stricter.browser().get(authorizeUrl(challenge, { scope: 'read write', resource: API }))
    expect(page.status).toBe(200)
  })

  it('is asked about again when the client wants nothing else, instead of failing without a word', async () => {
    await agreeTo({}, { scope: 'read write' })
    const { response, boxes } = await ask({ scope: 'write' })
    expect(response.status).toBe(200)
    expect(boxes).toMatchObject([{ ticked: true }])
  })

  it('does not survive when the app makes it a condition: then the user is asked', async () => {
    await agreeTo({}, { scope: 'read write' })
    const strict = { ...resources, [API]: { scopes: { read: 'Read', write: 'Write' } } }
    const stricter = harness({ storage: h.storage, resources: strict, clients: [clients.web] })
    const page = await stricter.browser().get(authorizeUrl(challenge, { scope: 'read write', resource: API }))
    expect(page.status).toBe(200)
  })

  it('makes a resource fall away of which nothing is left', async () => {
    const kept = { scope_0_1: 'yes' }
    const response = await answer((await ask({ scope: 'read write admin', resource: [API, OTHER_API] })).fields, kept)
    const code = redirected(response).get('code') ?? ''
    const { scope, access_token } = (await h.token(redeemForm({ code, verifier }))).body
    expect([scope, claimsOf(access_token).aud]).toEqual(['read write', API])
    const [grant] = (await h.server.grants.list({ subject: 'alice' })).grants
    expect(grant?.access).toEqual([{ resource: API, scope: ['read', 'write'] }])
  })

  it('counts as deny when nothing is left: access_denied, nothing granted, nothing remembered', async () => {
    const response = await answer((await ask({ scope: 'write share' })).fields, {})
    expect(redirected(response).get('error')).toBe('access_denied')
    expect(redirected(response).get('state')).toBe('the state & more')
    await nothingGranted()
    expect(h.events).toContainEqual(expect.objectContaining({ type: 'consent_denied' }))
  })

  it('and denied altogether grants nothing, whatever is ticked', async () => {
    const response = await answer((await ask()).fields, { ...WRITE, ...SHARE }, 'deny')
    expect(redirected(response).get('error')).toBe('access_denied')
    await nothingGranted()
  })
})

describe('a form', () => {
  it.each([
    ['a scope that was not asked for', { scope_0_2: 'yes' }],
    ['a resource that was not asked for', { scope_1_0: 'yes' }],
    ['the names of scopes', { scope: 'admin share', admin: 'yes' }],
  ])('cannot add %s', async (_, extra) => {
    expect((await agreeTo({ ...WRITE, ...extra }, { scope: 'read write' })).scope).toBe('read write')
    const [grant] = (await h.server.grants.list({ subject: 'alice' })).grants
    expect(grant?.access).toEqual([{ resource: API, scope: ['read', 'write'] }])
  })

  it('cannot leave out what is not optional', async () => {
    expect((await agreeTo({ scope_0_0: '' })).scope).toBe('read')
  })

  it('that offers another choice than there is now is shown again, and grants nothing', async () => {
    const { fields } = await ask()
    const strict = { ...resources, [API]: { scopes: { read: 'Read', write: 'Write', share: 'Share' }, default: true } }
    const stricter = harness({ storage: h.storage, resources: strict, clients: [web] })
    const post = new Request(`${ISSUER}/oauth/consent`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      body: new URLSearchParams({ ...fields, decision: 'allow' }),
    })
    const response = await stricter.server.fetch(post)
    expect(response.status).toBe(200)
    await nothingGranted()
  })

  it('twice with the same choice gives the same redirect; with another one it is a page, and the first stays', async () => {
    const { fields } = await ask()
    const [one, two] = [await answer(fields, WRITE), await answer(fields, WRITE)]
    expect(two.headers.get('location')).toBe(one.headers.get('location'))
    const before = await snapshot(h, ['grant', 'consent'])
    expect((await answer(fields, { ...WRITE, ...SHARE })).status).toBe(409)
    expect(await snapshot(h, ['grant', 'consent'])).toBe(before)
    expect((await tokensOf(one)).scope).toBe('read write')
  })

  it('with a box twice is refused, and grants nothing', async () => {
    const { fields } = await ask()
    const response = await browser.post('/oauth/consent', { ...fields, scope_0_1: ['yes', 'yes'], decision: 'allow' })
    expect(response.status).toBe(400)
    await nothingGranted()
  })
})

describe('a first-party client', () => {
  const own = { ...web, first_party: true }
  beforeEach(() => {
    h = harness({ resources, clients: [own, { ...clients.native, first_party: true, scope: 'read' }] })
    browser = h.browser()
  })

  it('is not asked about, and nothing is written down as agreed to', async () => {
    const { response } = await ask()
    expect((await tokensOf(response)).scope).toBe('read write share')
    expect(await snapshot(h, ['consent'])).toBe('[[]]')
  })

  it('is asked about by prompt=consent, and what is refused then stays refused', async () => {
    expect((await ask({ prompt: 'consent' })).response.status).toBe(200)
    await agreeTo(SHARE, { prompt: 'consent' })
    expect((await tokensOf((await ask()).response)).scope).toBe('read share')
  })

  it('still needs somebody to be logged in', async () => {
    h.login = null
    const { response } = await ask()
    expect(response.headers.get('location')).toContain('/app-login')
    await nothingGranted()
  })

  it('is asked about each time where anybody on the device can pass for it', async () => {
    const native = { client_id: 'native', redirect_uri: 'http://127.0.0.1:5000/cb', scope: 'read' }
    for (let i = 0; i < 2; i++) {
      const { response, fields } = await ask(native)
      expect(response.status).toBe(200)
      await answer(fields, {})
    }
    const silent = await ask({ ...native, prompt: 'none' })
    expect(redirected(silent.response).get('error')).toBe('consent_required')
  })
})

describe('remember_consent', () => {
  const native = { client_id: 'native', redirect_uri: 'http://127.0.0.1:5000/cb', scope: 'read' }

  it('lets the operator spare the question for a client that anybody can pass for', async () => {
    h = harness({ resources, clients: [{ ...clients.native, remember_consent: true }] })
    browser = h.browser()
    await obtainCode(h, native, browser)
    expect(redirected((await ask(native)).response).has('code')).toBe(true)
    expect((await ask({ ...native, prompt: 'consent' })).response.status).toBe(200)
  })

  it('does the same for a first-party client: it is asked about once', async () => {
    h = harness({ resources, clients: [{ ...clients.native, first_party: true, remember_consent: true }] })
    browser = h.browser()
    expect((await ask(native)).response.status).toBe(200)
    await obtainCode(h, native, browser)
    expect(redirected((await ask(native)).response).has('code')).toBe(true)
  })

  it('false asks about any client each time', async () => {
    h = harness({ resources, clients: [{ ...web, remember_consent: false }] })
    browser = h.browser()
    await obtainCode(h, {}, browser)
    expect((await ask({ scope: 'read' })).response.status).toBe(200)
  })
})

describe('logo and policies', () => {
  it('are on the page, and the policy names the one image', async () => {
    const described = {
      ...web,
      logo_uri: 'https://cdn.example/logos/a;b.png?v=1',
      policy_uri: 'https://app.example.com/privacy',
      tos_uri: 'https://app.example.com/terms',
    }
    h = harness({ resources, clients: [described] })
    browser = h.browser()
    const { response, text } = await ask()
    expect(response.headers.get('content-security-policy')).toContain('img-src https://cdn.example/logos/a%3Bb.png;')
    expect(text).toContain('<img class="logo" src="https://cdn.example/logos/a;b.png?v=1" alt=""')
    for (const url of [described.policy_uri, described.tos_uri]) {
      expect(text).toContain(`<a href="${url}" target="_blank" rel="noopener noreferrer">`)
    }
  })

  it('are missing without a word when the client has none', async () => {
    const { response, text } = await ask()
    expect(response.headers.get('content-security-policy')).not.toContain('img-src')
    expect(text).not.toContain('<img')
    expect(text).not.toContain('Privacy policy')
  })
})

it('the redirect of an approval goes where the request said', async () => {
  const response = await answer((await ask()).fields, WRITE)
  expect(response.headers.get('location')?.startsWith(`${CALLBACK}?`)).toBe(true)
})
