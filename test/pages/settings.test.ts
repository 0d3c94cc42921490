/**
 * The option `pages`: what is wrong is told at construction, what is right reaches the pages.
 */
import { describe, expect, it } from 'vitest'
import type { HttpRequest, HttpResponse } from '../../src/edge/message.js'
import { createAuthorizationServer, type PagesOptions } from '../../src/index.js'
import { pageRenderer } from '../../src/pages/render.js'
import { checkPages } from '../../src/pages/settings.js'
import { type PageView, show } from '../../src/pages/views.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { request } from '../users/fixture.js'

const issuer = 'https://auth.example.com/tenant'
const origin = 'https://auth.example.com'
const loggedOut: PageView = { page: 'logged_out' }

const fail = (cause: unknown): never => {
  throw cause
}

async function shown(
  options: PagesOptions,
  view: PageView = loggedOut,
  visit: HttpRequest = request(),
): Promise<HttpResponse> {
  return pageRenderer(checkPages(options, issuer), (length) => new Uint8Array(length), fail).render(visit, show(view))
}

const header = ({ headers }: HttpResponse, name: string) => headers.find(([n]) => n === name)?.[1]
const directive = (response: HttpResponse, name: string) =>
  header(response, 'content-security-policy')
    ?.split('; ')
    .find((part) => part.startsWith(`${name} `))
    ?.slice(name.length + 1)

describe('an option that is wrong', () => {
  const logoMessage =
    /^pages\.logo(?:\.light|\.dark)? must be an absolute path or an https URL of one image, and .+\. Write `logo: '\/logo\.svg'`/
  const frontEndsMessage =
    /^pages\.frontEnds must be a list of origins with https, without path and slash\. Write `frontEnds: \['https:\/\/app\.example\.com'\]`\.(?: It was .+\.)?$/
  it.each<readonly [options: unknown, message: RegExp]>([
    ['Notes', /^pages must be an object\. Write `pages: \{ productName: 'Notes' \}`\. It was 'Notes'\.$/],
    [
      { product: 'Notes' },
      /^pages: there is no option `product`\. The options are productName, logo, theme, locales, messages, render, frontEnds\.$/,
    ],
    [
      { productName: '' },
      /^pages\.productName must be a text\. Write `productName: 'Notes'`, or leave it out\. It was ''\.$/,
    ],
    [{ productName: 7 }, /^pages\.productName must be a text/],
    [{ render: 'html' }, /^pages\.render must be a function/],
    [{ theme: { accent: ';' } }, /^pages\.theme\.accent is not a CSS value/],
    [{ locales: ['nl'] }, /^pages\.locales: there are no texts in 'nl'/],
    [{ messages: { en: { login: { titel: 'x' } } } }, /^pages\.messages\.en\.login: there is no text `titel`/],
    ...[
      'logo.svg',
      '//cdn.example.com/a.png',
      '/\\cdn.example.com/a.png',
      'http://cdn.example.com/a.png',
      'data:image/png;base64,AA',
      'javascript:alert(1)',
      'https://cdn.example.com/',
      '/logos/',
      '/a,b.png',
      '/a, /b',
      '/a b.png',
      '',
      7,
      null,
      {},
      { dark: '/a.png' },
      { light: '/a.png', dark: 'a.png' },
    ].map((logo) => [{ logo }, logoMessage] as const),
    [{ logo: { lite: '/a.svg' } }, /^pages\.logo: there is no option `lite`\. The options are light, dark\.$/],
    [{ logo: '/assets/' }, /, and '\/assets\/' names no file\. Write/],
    [{ logo: 'https://cdn.example.com?a=b' }, /, and 'https:\/\/cdn\.example\.com\?a=b' names no file\. Write/],
    [{ logo: '/a,b.png' }, /, and '\/a,b\.png' has a space, a comma, or another character/],
    [{ logo: 'logo.svg' }, /, and 'logo\.svg' is neither\. Write/],
    [{ logo: 7 }, /^pages\.logo must be .*, and is no text\. Write/],
    [{ logo: { dark: '/a.png' } }, /^pages\.logo\.light must be .*, and is missing\. Write/],
    [{ logo: { light: '/a.png', dark: 'a.png' } }, /^pages\.logo\.dark must be .*, and 'a\.png' is neither/],
    ...[
      'https://app.example.com',
      ['https://app.example.com/'],
      ['https://app.example.com/auth'],
      ['http://app.example.com'],
      ['https://app.example.com:443'],
      ['HTTPS://app.example.com'],
      ['*'],
      ['null'],
      ['https://*.example.com'],
      [7],
      [undefined],
      {},
    ].map((frontEnds) => [{ frontEnds }, frontEndsMessage] as const),
  ])('%j says what to write', (options, message) => {
    expect(() => checkPages(options as PagesOptions<never>, issuer)).toThrow(message)
  })

  it('is told when the server is made', () => {
    const make = (pages: unknown) =>
      createAuthorizationServer({
        issuer: 'http://localhost:3000',
        storage: memoryStorage(),
        users: { current: async () => null, challenge: async () => ({ status: 200, headers: [], body: '' }) },
        resources: { 'http://localhost:3000/api': { scopes: {} } },
        pages: pages as PagesOptions,
      })
    expect(() => make({ frontEnds: ['localhost:5173'] })).toThrow(
      /^pages\.frontEnds must be a list of origins, without path/,
    )
    expect(() => make({ frontEnds: ['http://localhost:5173'] })).not.toThrow()
  })
})

describe('the name of the product', () => {
  it('stands above every page and in its title, escaped', async () => {
    const { body } = await shown({ productName: 'Notes & <Co>' })
    expect(body).toContain('<header><span>Notes &#38; &#60;Co&#62;</span></header>')
    expect(body).toMatch(/<title>.* · Notes &#38; &#60;Co&#62;<\/title>/)
  })
})

describe('the logo', () => {
  it.each([
    ['/logo.svg', `${origin}/logo.svg`],
    ['/logo.svg?v=2', `${origin}/logo.svg`],
    ['https://cdn.example.com/a/logo.png', 'https://cdn.example.com/a/logo.png'],
    [`${origin}/logo.svg`, `${origin}/logo.svg`],
  ])('%s is the one image that the policy allows: %s', async (logo, source) => {
    const page = await shown({ logo })
    expect(page.body).toContain(`<img src="${logo}" alt="auth.example.com">`)
    expect(directive(page, 'img-src')).toBe(source)
  })

  it('for dark screens is allowed as well', async () => {
    const page = await shown({ logo: { light: '/logo.svg', dark: 'https://cdn.example.com/dark.svg' } })
    expect(page.body).toContain(
      '<source srcset="https://cdn.example.com/dark.svg" media="(prefers-color-scheme: dark)">',
    )
    expect(directive(page, 'img-src')).toBe(`${origin}/logo.svg https://cdn.example.com/dark.svg`)
  })

  it('says nothing where the name stands beside it', async () => {
    expect((await shown({ logo: '/logo.svg', productName: 'Notes' })).body).toContain('<img src="/logo.svg" alt="">')
  })

  it('is no reason to allow images where there is none', async () => {
    expect(directive(await shown({ productName: 'Notes' }), 'img-src')).toBeUndefined()
  })
})

describe('the theme', () => {
  it('is in the style sheet that the policy names', async () => {
    const [page, plain] = [await shown({ theme: { accent: '#7c3aed' } }), await shown({})]
    expect(page.body).toContain('--gw-accent: #7c3aed;')
    expect(directive(page, 'style-src')).not.toBe(directive(plain, 'style-src'))
  })
})

describe('the languages', () => {
  const german = request({ headers: { 'accept-language': 'de-DE, en;q=0.5' } })

  it('are those of the browser', async () => {
    const page = await shown({}, loggedOut, german)
    expect(page.body).toContain('<html lang="de" dir="ltr">')
    expect(header(page, 'content-language')).toBe('de')
  })

  it('are the first that is offered when none of the wishes is', async () => {
    expect(
      (await shown({ locales: ['ja', 'en'] }, loggedOut, request({ headers: { 'accept-language': 'de' } }))).body,
    ).toContain('<html lang="ja"')
  })
})

describe('frontEnds', () => {
  const frontEnds = ['https://app.example.com', 'https://login.example.com:8443']

  it('are where forms come from, beside the issuer’s own origin', () => {
    expect([...checkPages({ frontEnds }, issuer).origins]).toEqual([origin, ...frontEnds])
    expect([...checkPages({}, issuer).origins]).toEqual([origin])
  })

  it('may be http only where the issuer is', () => {
    expect([...checkPages({ frontEnds: ['http://localhost:5173'] }, 'http://localhost:3000').origins]).toContain(
      'http://localhost:5173',
    )
    expect(() => checkPages({ frontEnds: ['http://localhost:5173'] }, issuer)).toThrow(TypeError)
  })

  it('are where the form with the password may lead, for the next page may be there', async () => {
    const view: PageView = { page: 'login', form: { action: '/l', hidden: {} } }
    const expected = `'self' ${frontEnds.join(' ')}`
    expect(directive(await shown({ frontEnds }, view), 'form-action')).toBe(expected)
    expect(directive(await shown({ frontEnds, render: () => '<p>own</p>' }, view), 'form-action')).toBe(expected)
  })

  // CSP 3 §6.4.1: Chromium holds all that follows a form to it, and that ends at a client or at the login of the app.
  it.each<PageView>([
    {
      page: 'logout',
      form: { action: '/l', hidden: {} },
      subjectLabel: 'a',
      appsUrl: '/a',
      here: true,
      everywhere: false,
      again: false,
    },
    { page: 'apps', form: { action: '/a', hidden: {} }, subjectLabel: 'a', apps: [], more: false },
    { page: 'form_post', redirectUri: 'https://client.example/cb', fields: [] },
  ])('do not matter where what follows the form leads elsewhere: on the page %o', async (view) => {
    for (const render of [undefined, () => '<p>own</p>']) {
      const answer = await shown({ frontEnds, ...(render && { render }) }, view)
      expect(header(answer, 'content-security-policy')).toContain("default-src 'none'")
      expect(header(answer, 'content-security-policy')).not.toContain('form-action')
    }
  })

  it('are not where an error may lead', async () => {
    expect(directive(await shown({ frontEnds }), 'form-action')).toBe("'none'")
  })
})

describe('what `render` returns', () => {
  const rendered = (value: unknown, view?: PageView) => shown({ render: () => value as string }, view)

  it('is asked once, with the view, the texts of the language and what the framework works with', async () => {
    const calls: unknown[][] = []
    const native = { framework: 'mine' }
    const visit = { ...request({ headers: { 'accept-language': 'fr' } }), native }
    await shown({ render: (...call) => void calls.push(call) }, loggedOut, visit)
    expect(calls).toEqual([
      [
        loggedOut,
        { messages: expect.objectContaining({ locale: 'fr' }), nonce: expect.stringMatching(/^[\w-]{22}$/), native },
      ],
    ])
  })

  it.each([undefined, null])('is the page that ships when it is %s', async (nothing) => {
    expect(await rendered(nothing)).toEqual(await shown({}))
  })

  it('may be a promise', async () => {
    expect((await rendered(Promise.resolve('<p>own</p>'))).body).toBe('<p>own</p>')
  })

  it.each(['', ' \n', 7, true, {}, { html: '' }, { html: 7 }, { redirect: undefined }, []])(
    'cannot be %j',
    async (value) => {
      await expect(rendered(value)).rejects.toThrow(/^pages\.render/)
    },
  )

  it.each([
    [{ html: '<p>own</p>', sorces: {} }, 'sorces', 'html, sources'],
    [{ redirect: '/app', sources: {} }, 'sources', 'redirect'],
    [{ redirect: '/app', html: '<p>own</p>' }, 'html', 'redirect'],
  ])('cannot be %j', async (value, unknown, known) => {
    await expect(rendered(value)).rejects.toThrow(
      new TypeError(`pages.render: there is no option \`${unknown}\`. The options are ${known}.`),
    )
  })

  it.each(['/app', '/app?a=1#b', `${origin}/app`])('may lead to %s', async (redirect) => {
    const answer = await rendered({ redirect })
    expect([answer.status, header(answer, 'location'), answer.body]).toEqual([303, redirect, ''])
    expect(header(answer, 'cache-control')).toBe('no-store')
    expect(header(answer, 'referrer-policy')).toBe('no-referrer')
  })

  it.each([
    'https://app.example.com/',
    '//auth.example.com/',
    '/\\evil.example',
    'http://auth.example.com/',
    'https://auth.example.com:8443/',
    'https://auth.example.com@evil.example/',
    'https://',
    'https://[/',
    'javascript:alert(1)',
    'app',
    '',
    '/a b',
    '/a\r\nset-cookie: x=1',
    7,
    ['/app'],
  ])('cannot lead to %j', async (redirect) => {
    await expect(rendered({ redirect })).rejects.toThrow(
      /^pages\.render: redirect must be an absolute path, or a URL on the host of the issuer or on one of pages\.frontEnds\.$/,
    )
  })

  it('loads from this host, with the nonce, and from where it says', async () => {
    const sources = { 'img-src': ['data:', 'https://cdn.example.com/img/'], 'script-src': ['https://cdn.example.com'] }
    const page = await shown({ render: () => ({ html: '<p>own</p>', sources }) })
    const nonce = `'nonce-${'A'.repeat(22)}'`
    expect(directive(page, 'img-src')).toBe("'self' data: https://cdn.example.com/img/")
    expect(directive(page, 'script-src')).toBe(`'self' ${nonce} https://cdn.example.com`)
    expect(directive(page, 'style-src')).toBe(`'self' ${nonce}`)
    expect(directive(page, 'connect-src')).toBe("'self'")
    expect(directive(page, 'frame-ancestors')).toBe("'none'")
  })

  it.each([
    { 'script-src': ["'unsafe-inline'"] },
    { 'script-src': ["'unsafe-eval'"] },
    { 'script-src': ['*'] },
    { 'script-src': ['https:'] },
    { 'script-src': ['data:'] },
    { 'style-src': ['data:'] },
    { 'img-src': ["https://a.example; script-src 'unsafe-inline'"] },
    { 'img-src': ['https://a.example,https://b.example'] },
    { 'img-src': ['https://a.example\r\nset-cookie: x=1'] },
    { 'form-action': ['https://evil.example'] },
    { 'frame-ancestors': ['https://evil.example'] },
    { 'default-src': ["'self'"] },
  ])('cannot add the sources %j', async (sources) => {
    await expect(rendered({ html: '<p>own</p>', sources })).rejects.toThrow(
      /is not a source for|^pages\.render: sources: there is no option/,
    )
  })

  it('shows the logo of a client without a word', async () => {
    const consent: PageView = {
      page: 'consent',
      form: { action: '/c', hidden: {} },
      clientId: 'c',
      logoUri: 'https://cdn.example.com/c.png?size=64',
      redirectHost: 'c.example',
      unverified: false,
      subjectLabel: 'a',
      resources: [],
    }
    expect(directive(await rendered('<p>own</p>', consent), 'img-src')).toBe("'self' https://cdn.example.com/c.png")
  })
})
