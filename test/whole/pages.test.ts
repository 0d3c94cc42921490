/**
 * Pages by the app's own hand and in other languages, through a whole server: what `render` gets, what becomes of what it returns, and
 * that nothing is granted when it fails.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import {
  externalLogin,
  OAuthError,
  type PageView,
  passwordLogin,
  type RenderContext,
  type RenderPage,
} from '../../src/index.js'
import { formsIn } from '../../src/pages/testing/forms.js'
import { readMarkup } from '../../src/pages/testing/markup.js'
import { ownPages } from '../pages/own-pages.js'
import {
  API,
  authorizeUrl,
  type Browser,
  CALLBACK,
  type Harness,
  harness,
  ISSUER,
  pkce,
  redeemForm,
  redirected,
  snapshot,
} from '../support/harness.js'

const { challenge, verifier } = pkce()
const FRONT_END = 'https://app.example.com'
let h: Harness
let browser: Browser

function start(options: Partial<ServerOptions>) {
  h = harness(options)
  browser = h.browser()
}

beforeEach(() => start({}))

/** The own pages, with a note of what they were asked for. */
function recorder(render: RenderPage = ownPages) {
  const views: PageView[] = []
  const contexts: RenderContext[] = []
  const recording: RenderPage = (view, context) => {
    views.push(view)
    contexts.push(context)
    return render(view, context)
  }
  return { render: recording, views, contexts, last: () => views.at(-1) }
}

/** Somebody is logged in already. */
const asAda = externalLogin({ current: () => 'ada', loginUrl: '/login' })
const users = passwordLogin({ verify: (username, password) => (password === 'right' ? username : null) })

/** The fields of a form as a browser would send them, button by button. */
function fieldsOf(html: string, form = 0): Record<string, string> {
  const controls = formsIn(readMarkup(html))[form]?.controls ?? []
  return Object.fromEntries(controls.filter(({ type }) => type === 'hidden').map(({ name, value }) => [name, value]))
}

const goesTo = ({ headers }: Response) => headers.get('location')

/** Follows redirects of this server, and its page after a login. */
async function follow(response: Response): Promise<{ response: Response; html: string }> {
  let current = response
  for (let to = goesTo(current); to && new URL(to, ISSUER).origin === ISSUER; to = goesTo(current)) {
    current = await browser.get(to)
  }
  return { response: current, html: await current.text() }
}

const visit = async (url: string, headers: Record<string, string> = {}) => follow(await browser.get(url, headers))
const nothingGranted = async () => expect(await snapshot(h, ['grant', 'consent'])).toBe('[[],[]]')
const failures = () => h.events.filter(({ type }) => type === 'failed')
const policyOf = (response: Response) => response.headers.get('content-security-policy') ?? ''

describe('`render`', () => {
  it('gets every page on the way from the login to the client, and what it makes of them is what a client gets a code by', async () => {
    const pages = recorder()
    start({ users, pages: { render: pages.render } })
    const login = await visit(authorizeUrl(challenge, { response_mode: 'form_post' }))
    const form = fieldsOf(login.html)
    const wrong = await browser.post('/oauth/login', { ...form, username: 'ada', password: 'wrong' })
    expect([wrong.status, fieldsOf(await wrong.text())]).toEqual([422, form])
    const consent = await follow(await browser.post('/oauth/login', { ...form, username: 'ada', password: 'right' }))
    const answer = await browser.post('/oauth/consent', fieldsOf(consent.html))
    expect(pages.views).toMatchObject([
      { page: 'login', form: { action: '/oauth/login', hidden: form }, clientName: 'Web App' },
      { page: 'login', username: 'ada', error: 'wrong' },
      {
        page: 'consent',
        clientName: 'Web App',
        redirectHost: 'app.example.com',
        subjectLabel: 'ada',
        unverified: false,
      },
      { page: 'form_post', redirectUri: CALLBACK },
    ])
    const { code = '' } = fieldsOf(await answer.text())
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it('gets the connected apps and their end', async () => {
    const pages = recorder()
    start({ users, pages: { render: pages.render } })
    const login = await visit(authorizeUrl(challenge))
    const consent = await follow(
      await browser.post('/oauth/login', { ...fieldsOf(login.html), username: 'ada', password: 'right' }),
    )
    await browser.post('/oauth/consent', fieldsOf(consent.html))
    const { html } = await visit('/oauth/apps')
    expect(pages.last()).toMatchObject({
      page: 'apps',
      subjectLabel: 'ada',
      apps: [{ clientId: 'web', clientName: 'Web App' }],
    })
    await follow(await browser.post('/oauth/apps', { ...fieldsOf(html, 0), page_token: 'another' }))
    expect(pages.last()).toMatchObject({ page: 'apps', notice: 'again', apps: [{ clientId: 'web' }] })
    await follow(await browser.post('/oauth/apps', fieldsOf(html, 0)))
    expect(pages.last()).toMatchObject({ page: 'apps', notice: 'revoked', apps: [] })
  })

  it('gets the logout, before and after', async () => {
    const pages = recorder()
    start({ users, pages: { render: pages.render } })
    const login = await visit('/oauth/apps')
    expect(pages.last()).toMatchObject({ page: 'login', clientName: undefined })
    await follow(await browser.post('/oauth/login', { ...fieldsOf(login.html), username: 'ada', password: 'right' }))
    const { html } = await visit('/oauth/logout')
    expect(pages.last()).toMatchObject({ page: 'logout', here: true, everywhere: true, again: false })
    await follow(await browser.post('/oauth/logout', fieldsOf(html)))
    expect(pages.last()).toEqual({ page: 'logged_out', loginUrl: '/oauth/apps', homeUrl: '/' })
  })

  it('gets what went wrong, with the reference of the event', async () => {
    const pages = recorder()
    start({
      pages: { render: pages.render },
      users: {
        current: async () => {
          throw new Error('the session store is away')
        },
        challenge: async () => ({ status: 200, headers: [], body: '' }),
      },
    })
    const { response, html } = await visit(authorizeUrl(challenge))
    const [event] = failures()
    expect(response.status).toBe(500)
    expect(pages.views).toEqual([
      {
        page: 'error',
        homeUrl: '/',
        problem: 'failure',
        status: 500,
        code: 'server_error',
        reference: event && 'reference' in event && event.reference,
      },
    ])
    expect(html).not.toContain('the session store is away')
  })

  it('gets refusals of the protocol', async () => {
    const pages = recorder()
    start({ pages: { render: pages.render } })
    await browser.get('/oauth/authorize?client_id=nobody')
    expect(pages.last()).toMatchObject({
      page: 'error',
      problem: 'clientMistake',
      status: 400,
      code: 'invalid_request',
    })
    await browser.post('/oauth/consent', 'decision=allow&decision=deny')
    expect(pages.last()).toMatchObject({ page: 'error', problem: 'unreadable', status: 400, code: 'invalid_request' })
    await browser.post('/oauth/consent', { decision: 'allow', pending: 'x', page_token: 'x' })
    expect(pages.last()).toMatchObject({ page: 'error', problem: 'cookies', status: 400 })
  })

  it('gets the request of the framework', async () => {
    const pages = recorder()
    start({ pages: { render: pages.render } })
    const native = { user: 'ada' }
    await h.server.fetch(new Request(`${ISSUER}/oauth/apps`), { native })
    expect(pages.contexts[0]?.native).toBe(native)
  })

  it('is not asked about what no person sees', async () => {
    const pages = recorder()
    start({ pages: { render: pages.render } })
    await h.token({ grant_type: 'client_credentials' }, 'machine')
    await h.token({ grant_type: 'nothing' })
    await browser.get('/oauth/jwks')
    await browser.get(authorizeUrl(challenge, { scope: 'read"' }))
    expect(pages.views).toEqual([])
  })
})

describe('a page of its own', () => {
  it('is guarded like those that ship', async () => {
    start({ pages: { render: ownPages } })
    const { response, html } = await visit(authorizeUrl(challenge))
    expect(html).toContain("<main class='own'>")
    for (const [name, value] of [
      ['x-frame-options', 'DENY'],
      ['referrer-policy', 'same-origin'],
      ['x-content-type-options', 'nosniff'],
      ['cache-control', 'no-store'],
      ['content-type', 'text/html; charset=utf-8'],
    ] as const) {
      expect(response.headers.get(name)).toBe(value)
    }
    const policy = policyOf(response).split('; ')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policyOf(response)).not.toContain('form-action')
    expect(policyOf(response)).not.toContain('unsafe')
  })

  it('has a nonce of its own each time, and the policy names that one alone', async () => {
    const pages = recorder()
    start({ pages: { render: pages.render } })
    const policies = [await visit('/oauth/apps'), await visit('/oauth/apps')].map(({ response }) => policyOf(response))
    const nonces = pages.contexts.map(({ nonce }) => nonce)
    expect(new Set(nonces).size).toBe(2)
    for (const [i, policy] of policies.entries()) {
      expect(policy.match(/'nonce-[^']*'/g)).toEqual([`'nonce-${nonces[i]}'`, `'nonce-${nonces[i]}'`])
    }
  })

  it('has the status of what it shows, and says when to come back', async () => {
    start({ users, pages: { render: ownPages } })
    const { html } = await visit(authorizeUrl(challenge))
    const attempt = () => browser.post('/oauth/login', { ...fieldsOf(html), username: 'ada', password: 'wrong' })
    for (let i = 0; i < 5; i++) expect((await attempt()).status).toBe(422)
    const throttled = await attempt()
    expect(throttled.status).toBe(429)
    expect(throttled.headers.get('retry-after')).toMatch(/^[1-9][0-9]*$/)
    expect(await throttled.text()).toContain(`Wait ${throttled.headers.get('retry-after')} s`)
  })

  it('keeps the cookie that binds its form', async () => {
    start({ pages: { render: ownPages } })
    const response = await browser.get(authorizeUrl(challenge))
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-gw-/)])
  })

  it('can leave pages to those that ship', async () => {
    start({ pages: { render: (view, context) => (view.page === 'consent' ? ownPages(view, context) : null) } })
    expect((await visit(authorizeUrl(challenge))).html).toContain("<main class='own'>")
    expect((await visit('/oauth/apps')).html).toContain('Connected apps')
  })

  it('without the page token grants nothing', async () => {
    start({ pages: { render: ownPages } })
    const { html } = await visit(authorizeUrl(challenge))
    const { page_token: _, ...rest } = fieldsOf(html)
    expect((await browser.post('/oauth/consent', rest)).status).toBe(400)
    await nothingGranted()
  })
})

describe('a front end on another origin', () => {
  const toFrontEnd: RenderPage = (view) => ({
    redirect: `${FRONT_END}/auth#${encodeURIComponent(JSON.stringify(view))}`,
  })
  const viewIn = (response: Response): PageView => {
    const { origin, pathname, hash } = new URL(response.headers.get('location') ?? '')
    expect(origin + pathname).toBe(`${FRONT_END}/auth`)
    return JSON.parse(decodeURIComponent(hash.slice(1))) as PageView
  }
  const hiddenOf = (view: PageView): Record<string, string> => ({ ...('form' in view ? view.form.hidden : {}) })
  const from = (origin: string, site = 'same-site') => ({ origin, 'sec-fetch-site': site })

  beforeEach(() => start({ pages: { render: toFrontEnd, frontEnds: [FRONT_END] } }))

  it('is sent the view, with the cookie that binds its form', async () => {
    const response = await browser.get(authorizeUrl(challenge))
    expect(response.status).toBe(303)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-gw-/)])
    expect(viewIn(response)).toMatchObject({
      page: 'consent',
      form: { action: '/oauth/consent' },
      clientName: 'Web App',
    })
  })

  it('posts a form that counts', async () => {
    const view = viewIn(await browser.get(authorizeUrl(challenge)))
    const answer = await browser.post('/oauth/consent', { ...hiddenOf(view), decision: 'allow' }, from(FRONT_END))
    const code = redirected(answer).get('code') ?? ''
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it.each([
    'https://evil.example',
    'https://app.example.com.evil.example',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://sub.app.example.com',
    'null',
  ])('is the only one whose forms count: nothing is granted from %s', async (origin) => {
    const view = viewIn(await browser.get(authorizeUrl(challenge)))
    const answer = await browser.post('/oauth/consent', { ...hiddenOf(view), decision: 'allow' }, from(origin))
    expect(viewIn(answer)).toMatchObject({ page: 'error', problem: 'foreign', status: 403 })
    await nothingGranted()
    expect(
      (await browser.post('/oauth/consent', { ...hiddenOf(view), decision: 'allow' }, from(FRONT_END))).status,
    ).toBe(303)
  })

  it('is none without the option: its forms are foreign', async () => {
    start({})
    const { html } = await visit(authorizeUrl(challenge))
    const answer = await browser.post('/oauth/consent', { ...fieldsOf(html), decision: 'allow' }, from(FRONT_END))
    expect(answer.status).toBe(403)
    await nothingGranted()
  })

  it('logs people in and out', async () => {
    start({ users, pages: { render: toFrontEnd, frontEnds: [FRONT_END] } })
    const asked = await browser.get((await browser.get(authorizeUrl(challenge))).headers.get('location') ?? '')
    const form = { ...hiddenOf(viewIn(asked)), username: 'ada', password: 'right' }
    expect(viewIn(await browser.post('/oauth/login', form, from('https://evil.example')))).toMatchObject({
      problem: 'foreign',
    })
    const loggedIn = await browser.post('/oauth/login', form, from(FRONT_END))
    expect(loggedIn.headers.get('location')).toMatch(/^https:\/\/auth\.example\.com\/oauth\/authorize\?pending=/)
    const logout = { ...hiddenOf(viewIn(await browser.get('/oauth/logout'))), where: 'here' }
    expect(viewIn(await browser.post('/oauth/logout', logout, from('https://evil.example')))).toMatchObject({
      problem: 'foreign',
    })
    expect(viewIn(await browser.get('/oauth/logout'))).toMatchObject({ page: 'logout' })
    await browser.post('/oauth/logout', logout, from(FRONT_END))
    expect(viewIn(await browser.get('/oauth/logout'))).toMatchObject({ page: 'logged_out', homeUrl: '/' })
  })

  it('ends the access of apps', async () => {
    const view = viewIn(await browser.get(authorizeUrl(challenge)))
    await browser.post('/oauth/consent', { ...hiddenOf(view), decision: 'allow' }, from(FRONT_END))
    const revoke = { ...hiddenOf(viewIn(await browser.get('/oauth/apps'))), client_id: 'web' }
    expect(viewIn(await browser.post('/oauth/apps', revoke, from('https://evil.example')))).toMatchObject({
      problem: 'foreign',
    })
    expect(viewIn(await browser.get('/oauth/apps'))).toMatchObject({ apps: [{ clientId: 'web' }] })
    await browser.post('/oauth/apps', revoke, from(FRONT_END))
    expect(viewIn(await browser.get('/oauth/apps'))).toMatchObject({ apps: [] })
  })
})

describe('a `render` that fails', () => {
  const consentToken = (views: readonly PageView[]): string => {
    const consent = views.find((view) => view.page === 'consent')
    return consent?.form.hidden.page_token ?? 'no token'
  }

  it.each([['https://evil.example/'], ['//evil.example/'], ['https://auth.example.com@evil.example/'], ['https://[']])(
    'by a redirect to %s tells nobody the page token',
    async (where) => {
      const pages = recorder((view, context) =>
        view.page === 'consent'
          ? { redirect: `${where}?page_token=${view.form.hidden.page_token}` }
          : ownPages(view, context),
      )
      start({ pages: { render: pages.render } })
      const { response, html } = await visit(authorizeUrl(challenge))
      const token = consentToken(pages.views)
      expect(token).toMatch(/^[\w-]{43}$/)
      expect(response.status).toBe(500)
      expect(html + JSON.stringify([...response.headers])).not.toContain(token)
      const [event] = failures()
      const cause = event && 'cause' in event ? event.cause : undefined
      expect(cause).toBeInstanceOf(TypeError)
      expect(
        Object.values(cause as object)
          .concat(String(cause))
          .join(),
      ).not.toContain(token)
      await nothingGranted()
    },
  )

  it('on one page is a failure that it may show itself, with the reference of the event', async () => {
    const pages = recorder((view, context) => {
      if (view.page === 'consent') throw new Error('no template')
      return ownPages(view, context)
    })
    start({ pages: { render: pages.render } })
    const { response, html } = await visit(authorizeUrl(challenge))
    expect(response.status).toBe(500)
    expect(failures()).toEqual([expect.objectContaining({ endpoint: 'authorize', cause: new Error('no template') })])
    expect(pages.last()).toMatchObject({ page: 'error', problem: 'failure', code: 'server_error' })
    expect(html).toContain("<main class='own'>")
    const [event] = failures()
    expect(html).toContain(event && 'reference' in event ? event.reference : 'no reference')
    expect(html).not.toContain('no template')
    await nothingGranted()
  })

  it('on every page is the failure page that ships, and its answer is the same', async () => {
    start({
      pages: {
        render: () => {
          throw new Error('no template')
        },
      },
    })
    const { response, html } = await visit(authorizeUrl(challenge))
    expect(response.status).toBe(500)
    expect(html).toContain('Something went wrong')
    expect(failures()).toHaveLength(1)
    const [event] = failures()
    expect(html).toContain(event && 'reference' in event ? event.reference : 'no reference')
    expect(policyOf(response)).toContain("default-src 'none'")
    await nothingGranted()
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no template')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no template'))],
    ['returns nothing that is a page', () => ({ html: '' })],
    [
      'throws an error of the protocol',
      () => {
        throw new OAuthError('invalid_request', 'no template')
      },
    ],
  ] as const)('because it %s is told on the page of a refusal as well', async (_, render) => {
    start({ pages: { render } })
    const { response, html } = await follow(await browser.post('/oauth/consent', 'decision=allow&decision=deny'))
    expect([response.status, html.includes('Something went wrong')]).toEqual([500, true])
    expect(h.events.map(({ type }) => type)).toEqual(['refused', 'failed'])
  })

  it('when the consent is answered has granted already what was allowed, and the answer comes again', async () => {
    let broken = true
    const pages = recorder((view, context) => {
      if (broken && view.page === 'form_post') throw new Error('no template')
      return ownPages(view, context)
    })
    start({ pages: { render: pages.render } })
    const { html } = await visit(authorizeUrl(challenge, { response_mode: 'form_post' }))
    expect((await browser.post('/oauth/consent', fieldsOf(html))).status).toBe(500)
    broken = false
    const again = await browser.post('/oauth/consent', fieldsOf(html))
    const { code = '' } = fieldsOf(await again.text())
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })
})

describe('the language', () => {
  const german = { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' }
  const languageOf = (html: string) => /<html lang="([^"]*)"/.exec(html)?.[1]

  beforeEach(() => start({ users }))

  it('is the browser’s, on every page', async () => {
    expect(languageOf((await visit('/oauth/logout', german)).html)).toBe('de')
    const login = await browser.get(authorizeUrl(challenge))
    const page = await browser.get(login.headers.get('location') ?? '', german)
    expect(page.headers.get('content-language')).toBe('de')
    const html = await page.text()
    expect(html).toContain('Benutzername oder E-Mail-Adresse')
    const wrong = await browser.post('/oauth/login', { ...fieldsOf(html), username: 'ada', password: 'wrong' }, german)
    expect(await wrong.text()).toContain('Falscher Benutzername oder falsches Passwort.')
  })

  it('is the browser’s when something fails', async () => {
    const { html } = await visit('/oauth/authorize?client_id=nobody', german)
    expect(html).toContain('Diese App hat einen Fehler gemacht')
  })

  it('is the one that the client asks for, on login, consent and the way back', async () => {
    const asked = { ui_locales: 'nl fr-CA', response_mode: 'form_post' }
    const login = await browser.get(authorizeUrl(challenge, asked), german)
    const page = await browser.get(login.headers.get('location') ?? '', german)
    const form = fieldsOf(await page.clone().text())
    expect(languageOf(await page.text())).toBe('fr')
    const loggedIn = await browser.post('/oauth/login', { ...form, username: 'ada', password: 'right' }, german)
    const consent = await (await browser.get(loggedIn.headers.get('location') ?? '', german)).text()
    expect(languageOf(await loggedIn.text())).toBe('fr')
    expect(languageOf(consent)).toBe('fr')
    const back = await browser.post('/oauth/consent', { ...fieldsOf(consent), decision: 'allow' }, german)
    expect(languageOf(await back.text())).toBe('fr')
  })

  it('is what `render` gets the texts in', async () => {
    const pages = recorder()
    start({ users, pages: { render: pages.render, messages: { de: { login: { title: 'Los' } } } } })
    await visit('/oauth/logout', german)
    expect(pages.contexts[0]?.messages).toMatchObject({ locale: 'de', login: { title: 'Los' } })
  })

  it('is also that of the words for a scope, which are the first where there are none in it', async () => {
    const read = { en: 'Read your notes', 'de-AT': 'Notizen anschauen', de: 'Ihre Notizen lesen' }
    const write = { text: { ja: 'メモの変更', en: 'Change your notes' }, optional: true }
    start({
      users: asAda,
      resources: { [API]: { scopes: { read, write, admin: 'Everything' } } },
    })
    const ask = async (changes: Parameters<typeof authorizeUrl>[1]) =>
      (await browser.get(authorizeUrl(challenge, { scope: 'read write', ...changes }), german)).text()
    const consent = await ask({})
    expect(consent).toContain('Ihre Notizen lesen')
    expect(consent).toContain('メモの変更')
    expect(await ask({ ui_locales: 'en' })).toMatch(/Read your notes[\s\S]*Change your notes/)
    await browser.post('/oauth/consent', { ...fieldsOf(consent), decision: 'allow' })
    expect((await visit('/oauth/apps', german)).html).toContain('Ihre Notizen lesen')
    expect((await visit('/oauth/apps')).html).toContain('Read your notes')
  })

  it('is the first of `locales` for everybody else', async () => {
    start({ users, pages: { locales: ['ja', 'en'] } })
    expect(languageOf((await visit('/oauth/logout', german)).html)).toBe('en')
    expect(languageOf((await visit('/oauth/logout', { 'accept-language': 'nl' })).html)).toBe('ja')
    expect(languageOf((await visit('/oauth/logout')).html)).toBe('ja')
  })
})

describe('what strangers write', () => {
  const evil = '"><script>alert(1)</script>'

  it.each([
    ['the pages that ship', undefined],
    ['pages of its own', ownPages],
  ] as const)('never runs on %s', async (_, render) => {
    const names = [evil, `' onmouseover='alert(1)`]
    for (const client_name of names) {
      const client = {
        client_id: 'evil',
        client_name,
        client_secret: 's'.repeat(40),
        redirect_uris: [CALLBACK],
        default_scope: 'read',
      }
      start({ users, clients: [client], pages: { render } })
      const asked = { client_id: 'evil', login_hint: evil, state: evil, response_mode: 'form_post' }
      const login = await visit(authorizeUrl(challenge, asked))
      const wrong = await browser.post('/oauth/login', { ...fieldsOf(login.html), username: evil, password: 'x' })
      const consent = await follow(
        await browser.post('/oauth/login', { ...fieldsOf(login.html), username: evil, password: 'right' }),
      )
      const back = await browser.post('/oauth/consent', { ...fieldsOf(consent.html), decision: 'allow' })
      const errors = await visit(
        `/oauth/authorize?client_id=${encodeURIComponent(evil)}&redirect_uri=${encodeURIComponent(evil)}`,
      )
      const htmls = [
        login.html,
        await wrong.text(),
        consent.html,
        await back.text(),
        (await visit('/oauth/apps')).html,
        errors.html,
      ]
      for (const html of htmls) {
        const tags = readMarkup(html).filter((piece) => piece.kind === 'tag')
        expect(
          tags.flatMap(({ attributes }) => [...attributes.keys()]).filter((name) => name.startsWith('on')),
        ).toEqual([])
        const scripts = tags.filter(({ name }) => name === 'script')
        expect(scripts.filter(({ inside }) => inside.includes('alert(1)'))).toEqual([])
      }
    }
  })

  it('is not repeated in what an error says', async () => {
    const { html } = await visit(
      `/oauth/authorize?client_id=web&redirect_uri=${encodeURIComponent(`https://x/${evil}`)}`,
    )
    expect(html).toContain('This app made a mistake')
    expect(html).not.toContain('alert')
  })
})
