import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../src/message.js'
import { type ConsentView, consentPage } from '../../src/pages/consent.js'
import { errorPage } from '../../src/pages/error.js'
import { formPostPage } from '../../src/pages/form-post.js'
import { html } from '../../src/pages/html.js'
import { formActionSource, pageResponse } from '../../src/pages/layout.js'
import { type LoginView, loginPage } from '../../src/pages/login.js'

const formAction = ['https://notes.example']
const login: LoginView = { action: '/oauth/login', handle: 'id.secret', clientName: 'Notes', formAction }
const consent: ConsentView = {
  action: '/oauth/consent',
  handle: 'id.secret',
  pageToken: 'token',
  clientName: 'Notes',
  clientId: 'notes',
  redirectHost: 'notes.example',
  unverified: false,
  subjectLabel: 'ada',
  resources: [{ resource: 'https://api.example/', scopes: [{ name: 'read', text: 'Read your notes' }] }],
  formAction,
}
const failure = { status: 400, title: 'T', explanation: 'E', advice: 'A', code: 'invalid_request', reference: 'r1' }
const formPost = { redirectUri: 'https://notes.example/cb', fields: [['code', 'c1']] as const, nonce: 'n'.repeat(22) }

const all: readonly (readonly [string, HttpResponse])[] = [
  ['login', loginPage(login)],
  ['login after an error', loginPage({ ...login, username: 'ada', error: 'wrong' })],
  ['consent', consentPage(consent)],
  ['error', errorPage(failure)],
  ['form post', formPostPage(formPost)],
]

const header = (response: HttpResponse, name: string) => response.headers.find(([n]) => n === name)?.[1]
const directive = (response: HttpResponse, name: string) =>
  header(response, 'content-security-policy')
    ?.split('; ')
    .find((part) => part.startsWith(`${name} `))
    ?.slice(name.length + 1)

describe.each(all)('the %s page', (name, page) => {
  it('names its style sheet in the policy by the hash of exactly what is sent', () => {
    const style = /<style>(.*?)<\/style>/s.exec(page.body)?.[1] ?? ''
    expect(style).toContain(':root')
    const hash = createHash('sha256').update(style).digest('base64')
    expect(directive(page, 'style-src')).toBe(`'sha256-${hash}'`)
    expect(page.body.match(/<style/g)).toHaveLength(1)
  })

  it('allows nothing that it does not need', () => {
    expect(directive(page, 'default-src')).toBe("'none'")
    expect(directive(page, 'base-uri')).toBe("'none'")
    expect(header(page, 'content-security-policy')).not.toContain('unsafe')
    expect(page.body).not.toMatch(/ style=| on[a-z]+=/)
    if (name !== 'form post') {
      expect(page.body).not.toContain('<script')
      expect(header(page, 'content-security-policy')).not.toContain('script-src')
    }
  })

  it('cannot be framed', () => {
    expect(directive(page, 'frame-ancestors')).toBe("'none'")
    expect(header(page, 'x-frame-options')).toBe('DENY')
  })

  it('is not cached, sends no referrer and is not sniffed', () => {
    expect(header(page, 'cache-control')).toBe('no-store')
    expect(header(page, 'referrer-policy')).toBe('no-referrer')
    expect(header(page, 'x-content-type-options')).toBe('nosniff')
    expect(header(page, 'content-type')).toBe('text/html; charset=utf-8')
  })

  it('says its language and has one heading', () => {
    expect(page.body).toContain('<html lang="en" dir="ltr">')
    expect(page.body.match(/<h1>/g)).toHaveLength(1)
  })
})

describe('hostile names', () => {
  const hostile = `<script>alert(1)</script>\u202e"'&${'x'.repeat(10_000)}`

  it('are shown as short text on the consent page', () => {
    const resources = [{ resource: `https://a/${hostile}`, scopes: [{ name: 'a', text: hostile }] }]
    const view = { ...consent, clientName: hostile, subjectLabel: hostile, redirectHost: hostile, resources }
    const { body } = consentPage(view)
    expect(body).not.toContain('<script')
    expect(body).not.toContain('\u202e')
    expect(body).toContain('<bdi>&#60;script&#62;')
    expect(body.length).toBeLessThan(consentPage(consent).body.length + 4000)
  })

  it('are shown as short text on the login page', () => {
    const { body } = loginPage({ ...login, clientName: hostile })
    expect(body).not.toContain('<script')
    expect(body).not.toContain('\u202e')
    expect(body).not.toContain('x'.repeat(100))
  })

  it('give way to the client id when nothing of them can be seen', () => {
    expect(consentPage({ ...consent, clientName: '\u202e\u200b' }).body).toContain('Allow <bdi>notes</bdi>')
  })
})

describe('loginPage', () => {
  it('has the fields that password managers look for', () => {
    const { status, body } = loginPage(login)
    expect(status).toBe(200)
    expect(body).toContain('<form method="post" action="/oauth/login">')
    expect(body).toContain('<input type="hidden" name="pending" value="id.secret">')
    expect(body).toMatch(/<input id="username" name="username" value="" autocomplete="username" autocapitalize="none"/)
    expect(body).toMatch(/<input id="password" name="password" type="password" autocomplete="current-password"/)
  })

  it('keeps the user name but never a password after an error, and ties the error to the fields', () => {
    const { status, body } = loginPage({ ...login, username: 'a"b', error: 'wrong' })
    expect(status).toBe(422)
    expect(body).toContain('name="username" value="a&#34;b"')
    expect(body).toMatch(/role="alert" id="problem"/)
    expect(body.match(/aria-describedby="problem"/g)).toHaveLength(2)
  })

  it('tells the wait with 429 and Retry-After', () => {
    const page = loginPage({ ...login, error: { throttledSeconds: 61 } })
    expect(page.status).toBe(429)
    expect(header(page, 'retry-after')).toBe('61')
    expect(page.body).toContain('Try again in 61 seconds.')
  })

  it('lets its form lead to this server and to where the view says', () => {
    expect(directive(loginPage(login), 'form-action')).toBe("'self' https://notes.example")
  })
})

describe('consentPage', () => {
  it('gives allow and deny the same form', () => {
    const buttons = consentPage(consent).body.match(/<button[^>]*>/g)
    expect(buttons).toEqual([
      '<button type="submit" name="decision" value="deny">',
      '<button type="submit" name="decision" value="allow">',
    ])
  })

  it('says who asks, who is asked, for what, and where it leads', () => {
    const { body } = consentPage(consent)
    for (const text of ['<bdi>Notes</bdi>', '<bdi>ada</bdi>', '<bdi>api.example</bdi>', 'Read your notes']) {
      expect(body).toContain(text)
    }
    expect(body).toContain('You will be sent to <bdi>notes.example</bdi>')
  })

  it('carries the pending request and the page token', () => {
    const { body } = consentPage(consent)
    expect(body).toContain('<input type="hidden" name="pending" value="id.secret">')
    expect(body).toContain('<input type="hidden" name="page_token" value="token">')
  })

  it('warns about a client that anybody could pretend to be, and only then', () => {
    expect(consentPage(consent).body).not.toContain('class="note warning"')
    expect(consentPage({ ...consent, unverified: true }).body).toContain('class="note warning"')
  })
})

describe('errorPage', () => {
  it('shows what happened, what to do, the code and the reference', () => {
    const { status, body } = errorPage(failure)
    expect(status).toBe(400)
    expect(body).toContain('<code>invalid_request</code>')
    expect(body).toContain('<code>r1</code>')
  })

  it('has no form to lead anywhere', () => {
    expect(directive(errorPage(failure), 'form-action')).toBe("'none'")
  })
})

describe('formPostPage', () => {
  it('escapes the response and posts it to the redirect URI', () => {
    const { body } = formPostPage({ ...formPost, fields: [['state', '"><script>x</script>']] })
    expect(body).toContain('<form method="post" action="https://notes.example/cb">')
    expect(body).toContain('name="state" value="&#34;&#62;&#60;script&#62;x&#60;/script&#62;"')
  })

  it('has one script, the one with the nonce, and a button for browsers without scripts', () => {
    const page = formPostPage(formPost)
    expect(page.body.match(/<script[^>]*>/g)).toEqual([`<script nonce="${formPost.nonce}">`])
    expect(directive(page, 'script-src')).toBe(`'nonce-${formPost.nonce}'`)
    expect(page.body).toContain('<button type="submit">')
  })

  it('lets the form lead to the redirect URI alone', () => {
    expect(directive(formPostPage(formPost), 'form-action')).toBe('https://notes.example')
    const app = formPostPage({ ...formPost, redirectUri: 'com.example.app:/cb' })
    expect(directive(app, 'form-action')).toBe('com.example.app:')
    expect(app.body).toContain('action="com.example.app:/cb"')
  })

  it('refuses a redirect URI that would run in the page', () => {
    expect(() => formPostPage({ ...formPost, redirectUri: 'javascript:alert(1)' })).toThrow(TypeError)
  })
})

describe('formActionSource', () => {
  it.each([
    ['https://app.example/cb?x=1', 'https://app.example'],
    ['https://app.example:8443/cb', 'https://app.example:8443'],
    ['http://127.0.0.1:51234/cb', 'http://127.0.0.1:51234'],
    ['http://localhost/cb', 'http://localhost'],
    ['com.example.app:/cb', 'com.example.app:'],
    ['com.example.app://host/cb', 'com.example.app:'],
    // Chromium ignores `http://[::1]:51234` as a source.
    ['http://[::1]:51234/cb', 'http:'],
  ])('makes of %s the source %s', (uri, source) => {
    expect(formActionSource(uri)).toBe(source)
    expect(directive(pageResponse({ title: 't', body: html``, formAction: [source] }), 'form-action')).toBe(source)
  })
})

describe('pageResponse', () => {
  it('refuses what would break out of its policy', () => {
    for (const source of ["'none'; script-src *", '*', "https://a.example 'unsafe-inline'", '']) {
      expect(() => pageResponse({ title: 't', body: html``, formAction: [source] })).toThrow(TypeError)
    }
    expect(() => pageResponse({ title: 't', body: html``, autoSubmit: "x'; script-src *" })).toThrow(TypeError)
  })
})
