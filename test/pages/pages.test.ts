import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../src/edge/message.js'
import type { AppsView } from '../../src/pages/apps.js'
import type { ConsentView } from '../../src/pages/consent.js'
import type { ErrorView } from '../../src/pages/error.js'
import type { FormPostView } from '../../src/pages/form-post.js'
import { minutesIn } from '../../src/pages/formats.js'
import { plainFrame } from '../../src/pages/frame.js'
import type { LoginView } from '../../src/pages/login.js'
import type { LogoutView } from '../../src/pages/logout.js'
import { guardHeaders, imageSource, originSource } from '../../src/pages/policy.js'
import { shippedPage } from '../../src/pages/render.js'
import type { PageView } from '../../src/pages/views.js'

const nonce = 'n'.repeat(22)
const page = (view: PageView): HttpResponse => shippedPage(view, plainFrame, nonce)

const login: LoginView = {
  page: 'login',
  form: { action: '/oauth/login', hidden: { pending: 'id.secret' } },
  clientName: 'Notes',
}
const consent: ConsentView = {
  page: 'consent',
  form: { action: '/oauth/consent', hidden: { pending: 'id.secret', page_token: 'token' } },
  clientName: 'Notes',
  clientId: 'notes',
  redirectHost: 'notes.example',
  unverified: false,
  subjectLabel: 'ada',
  resources: [{ resource: 'https://api.example/', scopes: [{ name: 'read', text: 'Read your notes' }] }],
}
const apps: AppsView = {
  page: 'apps',
  form: { action: '/oauth/apps', hidden: { page_token: 'token' } },
  subjectLabel: 'ada',
  logoutUrl: '/oauth/logout',
  apps: [
    {
      clientId: 'notes',
      clientName: 'Notes',
      rights: consent.resources,
      grants: [
        {
          ...{ id: 'g1', since: Date.UTC(2026, 0, 2), lastUsed: Date.UTC(2026, 1, 3, 15, 4) },
          ...{ redirectHost: 'notes.example', device: 'Chrome on macOS' },
        },
      ],
    },
  ],
  more: false,
}
const logout: LogoutView = {
  page: 'logout',
  form: { action: '/oauth/logout', hidden: { page_token: 'token' } },
  subjectLabel: 'ada',
  appsUrl: '/oauth/apps',
  here: true,
  everywhere: true,
  again: false,
}
const failure: ErrorView = { page: 'error', problem: 'failure', status: 500, code: 'server_error', reference: 'r1' }
const formPost: FormPostView = { page: 'form_post', redirectUri: 'https://notes.example/cb', fields: [['code', 'c1']] }

const all: readonly (readonly [string, HttpResponse])[] = [
  ['login', page(login)],
  ['login after an error', page({ ...login, username: 'ada', error: 'wrong' })],
  ['consent', page(consent)],
  ['connected apps', page(apps)],
  ['logout', page(logout)],
  ['logged out', page({ page: 'logged_out' })],
  ['error', page(failure)],
  ['form post', page(formPost)],
]

const header = (response: HttpResponse, name: string) => response.headers.find(([n]) => n === name)?.[1]
const directive = (response: HttpResponse, name: string) =>
  header(response, 'content-security-policy')
    ?.split('; ')
    .find((part) => part.startsWith(`${name} `))
    ?.slice(name.length + 1)

describe.each(all)('the %s page', (name, shown) => {
  it('names its style sheet in the policy by the hash of exactly what is sent', () => {
    const style = /<style>(.*?)<\/style>/s.exec(shown.body)?.[1] ?? ''
    expect(style).toContain(':root')
    const hash = createHash('sha256').update(style).digest('base64')
    expect(directive(shown, 'style-src')).toBe(`'sha256-${hash}'`)
    expect(shown.body.match(/<style/g)).toHaveLength(1)
  })

  it('allows nothing that it does not need', () => {
    expect(directive(shown, 'default-src')).toBe("'none'")
    expect(directive(shown, 'base-uri')).toBe("'none'")
    expect(header(shown, 'content-security-policy')).not.toContain('unsafe')
    expect(shown.body).not.toMatch(/ style=| on[a-z]+=/)
    if (name !== 'form post') {
      expect(shown.body).not.toContain('<script')
      expect(header(shown, 'content-security-policy')).not.toContain('script-src')
    }
  })

  it('cannot be framed', () => {
    expect(directive(shown, 'frame-ancestors')).toBe("'none'")
    expect(header(shown, 'x-frame-options')).toBe('DENY')
  })

  it('is not cached, sends no other site a referrer and is not sniffed', () => {
    expect(header(shown, 'cache-control')).toBe('no-store')
    expect(header(shown, 'referrer-policy')).toBe('same-origin')
    expect(header(shown, 'x-content-type-options')).toBe('nosniff')
    expect(header(shown, 'content-type')).toBe('text/html; charset=utf-8')
  })

  it('says its language and has one heading', () => {
    expect(shown.body).toContain('<html lang="en" dir="ltr">')
    expect(shown.body.match(/<h1>/g)).toHaveLength(1)
  })
})

describe('hostile names', () => {
  const hostile = `<script>alert(1)</script>\u202e"'&${'x'.repeat(10_000)}`

  it('are shown as short text on the consent page', () => {
    const resources = [{ resource: `https://a/${hostile}`, scopes: [{ name: 'a', text: hostile }] }]
    const view = { ...consent, clientName: hostile, subjectLabel: hostile, redirectHost: hostile, resources }
    const { body } = page(view)
    expect(body).not.toContain('<script')
    expect(body).not.toContain('\u202e')
    expect(body).toContain('<bdi>&#60;script&#62;')
    expect(body.length).toBeLessThan(page(consent).body.length + 4000)
  })

  it('are shown as short text on the login page', () => {
    const { body } = page({ ...login, clientName: hostile })
    expect(body).not.toContain('<script')
    expect(body).not.toContain('\u202e')
    expect(body).not.toContain('x'.repeat(100))
  })

  it('give way to the client id when nothing of them can be seen', () => {
    expect(page({ ...consent, clientName: '\u202e\u200b' }).body).toContain('Allow <bdi>notes</bdi>')
  })
})

describe('loginPage', () => {
  it('has the fields that password managers look for', () => {
    const { status, body } = page(login)
    expect(status).toBe(200)
    expect(body).toContain('<form method="post" action="/oauth/login">')
    expect(body).toContain('<input type="hidden" name="pending" value="id.secret">')
    expect(body).toMatch(
      /<input id="username" name="username" value="" dir="auto" autocomplete="username" autocapitalize="none"/,
    )
    expect(body).toMatch(/<input id="password" name="password" type="password" autocomplete="current-password"/)
  })

  it('keeps the user name but never a password after an error, and ties the error to the fields', () => {
    const { status, body } = page({ ...login, username: 'a"b', error: 'wrong' })
    expect(status).toBe(422)
    expect(body).toContain('name="username" value="a&#34;b"')
    expect(body).toMatch(/role="alert" id="problem"/)
    expect(body.match(/aria-describedby="problem"/g)).toHaveLength(2)
  })

  it('tells the wait with 429 and Retry-After', () => {
    const shown = page({ ...login, error: { throttledSeconds: 61 } })
    expect(shown.status).toBe(429)
    expect(header(shown, 'retry-after')).toBe('61')
    expect(shown.body).toContain('Try again in 2 minutes.')
  })

  it.each([
    ['en', '3 minutes'],
    ['de', '3 Minuten'],
    ['fr', '3 minutes'],
    ['es', '3 minutos'],
    ['ja', '3 分'],
    ['ar', '3 دقائق'],
  ])('tells a wait in %s as %s: whole minutes, in the words of the language', async (locale, minutes) => {
    // Some languages keep the two together.
    const said = (seconds: number) => minutesIn(locale, seconds).replace(/\s/g, ' ')
    expect([said(121), said(180)]).toEqual([minutes, minutes])
    expect(said(181)).not.toBe(minutes)
  })

  it('marks no field wrong while somebody has to wait', () => {
    const { body } = page({ ...login, username: 'ada', error: { throttledSeconds: 180 } })
    expect(body).toContain('role="alert"')
    expect(body).not.toMatch(/ aria-invalid=| aria-describedby=/)
    expect(page({ ...login, error: 'wrong' }).body.match(/ aria-invalid="true"/g)).toHaveLength(2)
  })

  it('asks who is logged in to confirm that it is them, after an error as well', () => {
    for (const error of [undefined, 'wrong'] as const) {
      const { body } = page({ ...login, confirm: true, username: 'ada', error })
      expect(body).toContain('<h1>Confirm it is you</h1>')
      expect(body).toContain('<title>Confirm it is you</title>')
      expect(body).toContain('value="ada"')
    }
    expect(page(login).body).toContain('<h1>Log in</h1>')
  })

  it('leads to the app’s own pages for a forgotten password and to sign up, where there are such', () => {
    expect(page(login).body).not.toContain('<a ')
    const { body } = page({
      ...login,
      forgotPasswordUrl: '/forgot?a=1&b=2',
      signUpUrl: 'https://app.example/join',
    })
    expect(body).toContain('<a href="/forgot?a=1&#38;b=2">Forgot your password?</a>')
    expect(body).toContain('<a href="https://app.example/join">Create an account</a>')
  })

  it('lets its form, with a password in it, lead to this server alone', () => {
    expect(directive(page(login), 'form-action')).toBe("'self'")
  })
})

describe('consentPage', () => {
  it('gives allow and deny the same form', () => {
    const buttons = page(consent).body.match(/<button[^>]*>/g)
    expect(buttons).toEqual([
      '<button formmethod="dialog" formnovalidate hidden>',
      '<button type="submit" class="quiet" name="decision" value="deny">',
      '<button type="submit" name="decision" value="allow">',
    ])
  })

  it('fills the button that allows only for a client that nobody else can pass for', () => {
    const allow = (view: ConsentView) => /<button[^>]*value="allow">/.exec(page(view).body)?.[0]
    expect(allow(consent)).not.toContain('quiet')
    expect(allow({ ...consent, unverified: true })).toContain('class="quiet"')
  })

  it('has the warning before what can be pressed, and where it leads beside the buttons', () => {
    const { body } = page({ ...consent, unverified: true })
    const places = [
      'class="note warning"',
      '<form',
      'Read your notes',
      '<div class="choice near">',
      'You will be sent to',
      'value="allow"',
    ]
    const found = places.map((place) => body.indexOf(place))
    expect(found).toEqual(found.toSorted((a, b) => a - b))
    expect(found[0]).toBeGreaterThan(0)
    // It would cover what the buttons are about.
    expect(page({ ...consent, redirectHost: `${'a'.repeat(61)}` }).body).toContain('<div class="choice">')
  })

  it('calls an API by its name, and by its URI where nothing of that can be seen', () => {
    const [api] = consent.resources
    const named = (name: string) => page({ ...consent, resources: api ? [{ ...api, name }] : [] }).body
    expect(named('Notes & <more>')).toContain('<h2><bdi>Notes &#38; &#60;more&#62;</bdi></h2>')
    expect(named('Notes')).not.toContain('api.example')
    expect(named('\u200b')).toContain('<h2><bdi>api.example</bdi></h2>')
  })

  it('says who asks, who is asked, for what, and where it leads', () => {
    const { body } = page(consent)
    for (const text of ['<bdi>Notes</bdi>', '<bdi>ada</bdi>', '<bdi>api.example</bdi>', 'Read your notes']) {
      expect(body).toContain(text)
    }
    expect(body).toContain('You will be sent to <bdi>notes.example</bdi>')
  })

  it('carries the pending request and the page token', () => {
    const { body } = page(consent)
    expect(body).toContain('<input type="hidden" name="pending" value="id.secret">')
    expect(body).toContain('<input type="hidden" name="page_token" value="token">')
  })

  it('warns about a client that anybody could pretend to be, and only then', () => {
    expect(page(consent).body).not.toContain('class="note warning"')
    expect(page({ ...consent, unverified: true }).body).toContain('class="note warning"')
  })
})

describe('consentPage with a choice', () => {
  const scopes = [
    { name: 'read', text: 'Read' },
    { name: 'write', text: 'Write', choice: { field: 'scope_0_1', ticked: true } },
    { name: 'share', text: 'Share', choice: { field: 'scope_0_2', ticked: false } },
  ]
  const { body } = page({ ...consent, resources: [{ resource: 'https://api.example/', scopes }] })

  it('has a box inside the form for each scope that can be left out, ticked as told', () => {
    expect(body.match(/<input type="checkbox"[^>]*>/g)).toEqual([
      '<input type="checkbox" name="scope_0_1" value="yes" checked>',
      '<input type="checkbox" name="scope_0_2" value="yes">',
    ])
    expect(body.indexOf('<form')).toBeLessThan(body.indexOf('<input type="checkbox"'))
    expect(body).toContain('You can untick')
  })

  it('groups what belongs to it, and what can be left out, API by API', () => {
    const other = { resource: 'https://other.example/', scopes: [{ ...scopes[1], name: 'a', text: 'Other' }] }
    const plain = { resource: 'https://plain.example/', scopes: [] }
    const resources = [{ resource: 'https://api.example/', scopes }, other, plain]
    const shown = page({ ...consent, resources }).body
    const [before = '', group = ''] = shown.split('<fieldset>')
    const headings = (part: string) => part.match(/(?<=<h2><bdi>).*?(?=<)/g)
    expect(headings(before)).toEqual(['api.example', 'plain.example'])
    expect(before).toContain('<bdi>Read</bdi>')
    expect(before).not.toContain('type="checkbox"')
    expect(headings(group)).toEqual(['api.example', 'other.example'])
    expect(group).not.toContain('<bdi>Read</bdi>')
    expect(group.match(/type="checkbox"/g)).toHaveLength(3)
  })
})

describe('consentPage with what features add and ask', () => {
  const questions = [
    {
      field: 'workspace',
      label: 'Workspace & more',
      choices: [
        { value: 'a"1', text: '<b>Team</b>', picked: false },
        { value: 'b', text: 'Home', picked: true },
      ],
    },
    {
      field: 'plan',
      label: 'Plan',
      choices: [
        { value: 'free', text: 'Free', picked: false },
        { value: 'paid', text: '\u200b', picked: false },
      ],
    },
  ]
  const details = ['Pay 12.50 €', 'Read \u202ethe balance']
  const { body } = page({ ...consent, details, questions })
  const form = /<form[\s\S]*<\/form>/.exec(body)?.[0]

  it('says each detail in a line, in a section of its own', () => {
    expect(body).toContain(
      '<section class="added"><ul><li><bdi>Pay 12.50 €</bdi></li><li><bdi>Read the balance</bdi></li></ul></section>',
    )
  })

  it('has no section without anything to see in it', () => {
    for (const none of [undefined, [], ['\u200b']]) {
      expect(page({ ...consent, details: none }).body).not.toContain('<section class="added">')
    }
  })

  it('asks each question as a group of radio buttons before the buttons of the form, one of which is required', () => {
    expect(form?.match(/<legend>.*<\/legend>/g)).toEqual([
      '<legend><bdi>Workspace &#38; more</bdi></legend>',
      '<legend><bdi>Plan</bdi></legend>',
    ])
    expect(form?.match(/<label><input type="radio".*?<\/label>/g)).toEqual([
      '<label><input type="radio" name="workspace" value="a&#34;1" required><bdi>&#60;b&#62;Team&#60;/b&#62;</bdi></label>',
      '<label><input type="radio" name="workspace" value="b" required checked><bdi>Home</bdi></label>',
      '<label><input type="radio" name="plan" value="free" required><bdi>Free</bdi></label>',
      '<label><input type="radio" name="plan" value="paid" required><bdi>paid</bdi></label>',
    ])
    expect(form?.lastIndexOf('<fieldset>')).toBeLessThan(form?.indexOf('name="decision"') ?? 0)
  })

  it('denies without an answer to them, and only that', () => {
    expect(body).toContain('<button type="submit" class="quiet" name="decision" value="deny" formnovalidate>')
    expect(body).toContain('<button type="submit" name="decision" value="allow">')
  })

  it('cuts what is too long', () => {
    const long = 'x'.repeat(400)
    const [question] = questions
    const choices = [{ value: 'a', text: long, picked: false }]
    const shown = page({ ...consent, details: [long], questions: [{ ...question, field: 'w', label: long, choices }] })
    expect(shown.body.match(/x{2,}…/g)?.map((text) => text.length)).toEqual([300, 120, 120])
  })
})

describe('a logo', () => {
  it.each([
    ['https://cdn.example/a/logo.png', 'https://cdn.example/a/logo.png'],
    ['https://cdn.example:8443/logo.png?size=64#x', 'https://cdn.example:8443/logo.png'],
    ["https://cdn.example/a,b;c'd.png", "https://cdn.example/a%2Cb%3Bc'd.png"],
  ])('at %s is the one image of its page: %s', (url, source) => {
    expect(imageSource(url)).toBe(source)
    expect(directive(page({ ...consent, logoUri: url }), 'img-src')).toBe(source)
  })

  it.each([
    'http://cdn.example/logo.png',
    'https://cdn.example/',
    'https://cdn.example/logos/',
    'https://[::1]/logo.png',
    'https://bücher.example/logo.png',
    'javascript:alert(1)',
    'data:image/png;base64,',
    'logo.png',
  ])('at %s is not shown, and the policy allows no image', (logoUri) => {
    const shown = page({ ...consent, logoUri })
    expect(shown.body).not.toContain('<img')
    expect(directive(shown, 'img-src')).toBeUndefined()
  })
})

describe('links that a client brings', () => {
  it('open elsewhere and tell nothing of this page', () => {
    const { body } = page({ ...consent, policyUri: 'https://a.example/p', tosUri: 'http://a.example/t' })
    expect(body.match(/<a href="http[^>]*>/g)).toEqual([
      '<a href="https://a.example/p" target="_blank" rel="noopener noreferrer">',
      '<a href="http://a.example/t" target="_blank" rel="noopener noreferrer">',
    ])
  })

  it('cannot run in the page', () => {
    expect(() => page({ ...consent, policyUri: 'javascript:alert(1)' })).toThrow(TypeError)
  })
})

describe('appsPage', () => {
  it('says since when and when last used, for people and for machines', () => {
    const { body } = page(apps)
    expect(body).toMatch(/Connected on <time datetime="2026-01-02T00:00:00.000Z">Jan 2, 2026, 12:00.AM UTC<\/time>/)
    expect(body).toMatch(/Last used on <time datetime="2026-02-03T15:04:00.000Z">Feb 3, 2026, 3:04.PM UTC<\/time>/)
  })

  it('says from which device and to where, and nothing of the device where it is not known', () => {
    const { body } = page(apps)
    expect(body).toContain('<b>Chrome on macOS</b>')
    expect(body).toContain('You were sent to <bdi>notes.example</bdi>')
    const older = apps.apps.map((app) => ({ ...app, grants: app.grants.map(({ device: _, ...grant }) => grant) }))
    expect(page({ ...apps, apps: older }).body).not.toContain('<b>')
  })

  it('ends nothing before it was confirmed', () => {
    const { body } = page({
      ...apps,
      apps: apps.apps.map((app) => ({ ...app, grants: [...app.grants, ...app.grants] })),
    })
    const outside = body.replaceAll(/<details>[\s\S]*?<\/details>/g, '')
    expect(body.match(/<button/g)).toHaveLength(3)
    expect(outside).not.toContain('<button')
  })

  it('names the app in what its buttons are called', () => {
    const { body } = page({ ...apps, apps: apps.apps.map((app) => ({ ...app, clientName: 'A "B" <i>' })) })
    expect(body).toContain('<h2 id="app-0"><bdi>A &#34;B&#34; &#60;i&#62;</bdi></h2>')
    expect(body).toContain('<summary id="end-0" aria-labelledby="end-0 app-0">Disconnect app</summary>')
    expect(body).toContain('>Disconnect <bdi>A &#34;B&#34; &#60;i&#62;</bdi></button>')
    expect(body).not.toContain('<i>')
  })

  it('leads home', () => {
    const { body } = page({ ...apps, homeUrl: '/account?a=1&b=2' })
    expect(body).toContain('<a href="/account?a=1&#38;b=2">Go to the start page</a>')
  })

  it('offers to revoke everything from the second app on', () => {
    expect(page(apps).body).not.toContain('name="all"')
    expect(page({ ...apps, apps: [...apps.apps, ...apps.apps] }).body).toContain('name="all"')
  })

  it('says that an API without scopes can be used', () => {
    const rights = [{ resource: 'https://plain.example', scopes: [] }]
    expect(page({ ...apps, apps: apps.apps.map((app) => ({ ...app, rights })) }).body).toContain('Use it in your name')
  })
})

describe('appsPage with what features add', () => {
  const [app] = apps.apps
  const shown = (details: readonly string[] | undefined, ...grants: readonly (readonly string[] | undefined)[]) => {
    const listed = grants.map((own, i) => ({
      id: `g${i}`,
      since: 0,
      lastUsed: 0,
      redirectHost: 'a.example',
      details: own,
    }))
    const { body } = page({ ...apps, apps: app ? [{ ...app, details, grants: listed }] : [] })
    return body.match(/(?<=<bdi>)(?:of .*?|Read your notes)(?=<\/bdi>)|(?:Disconnect|End connection \d of) <bdi>Notes/g)
  }
  const revoke = 'Disconnect <bdi>Notes'
  const revokeOne = (position: number) => `End connection ${position} of <bdi>Notes`

  it('says it under the rights: that of the only login, or of the app', () => {
    expect(shown(['of the app'])).toEqual(['Read your notes', 'of the app', revoke])
    expect(shown(['of the app'], undefined)).toEqual(['Read your notes', 'of the app', revoke])
    expect(shown(['of the app'], ['of the login'])).toEqual(['Read your notes', 'of the login', revoke])
  })

  it('says what each of several logins has of its own beside its button', () => {
    expect(shown(['of the app'], ['of one'], undefined)).toEqual([
      ...['Read your notes', 'of the app', 'of one'],
      ...[revokeOne(1), revokeOne(2), revoke],
    ])
  })
})

describe('errorPage', () => {
  it('shows what happened, what to do, the code and the reference', () => {
    const { status, body } = page(failure)
    expect(status).toBe(500)
    expect(body).toContain('<code dir="ltr">server_error</code>')
    expect(body).toContain('<code dir="ltr">r1</code>')
  })

  it('names the client, and what came as its redirect URI: escaped, shortened and never as a link', () => {
    const redirectUri = `javascript:alert("1")//<b>${'x'.repeat(500)}`
    const { body } = page({ ...failure, clientName: 'Notes <i>', redirectUri })
    expect(body).toContain('<dt>App</dt><dd><bdi>Notes &#60;i&#62;</bdi></dd>')
    const shown = /<dt>Redirect URI as received<\/dt><dd><code dir="ltr">(.*?)<\/code>/.exec(body)?.[1] ?? ''
    expect(shown).toMatch(/^javascript:alert\(&#34;1&#34;\)\/\/&#60;b&#62;x+…$/)
    expect(shown.length).toBeLessThan(250)
    expect(body).not.toMatch(/<a [^>]*javascript|<b>|<i>/)
    expect(page(failure).body).not.toMatch(/<dt>(?:App|Redirect)/)
  })

  it('has no form to lead anywhere', () => {
    expect(directive(page(failure), 'form-action')).toBe("'none'")
  })
})

describe('formPostPage', () => {
  it('escapes the response and posts it to the redirect URI', () => {
    const { body } = page({ ...formPost, fields: [['state', '"><script>x</script>']] })
    expect(body).toContain('<form method="post" action="https://notes.example/cb">')
    expect(body).toContain('name="state" value="&#34;&#62;&#60;script&#62;x&#60;/script&#62;"')
  })

  it('has one script, the one with the nonce, and a button for browsers without scripts', () => {
    const shown = page(formPost)
    expect(shown.body.match(/<script[^>]*>/g)).toEqual([`<script nonce="${nonce}">`])
    expect(directive(shown, 'script-src')).toBe(`'nonce-${nonce}'`)
    expect(shown.body).toContain('<button type="submit">')
  })

  it('lets the form lead on to wherever the client sends the browser then', () => {
    expect(page(formPost).headers[2]?.[1]).not.toContain('form-action')
    const app = page({ ...formPost, redirectUri: 'com.example.app:/cb' })
    expect(app.body).toContain('action="com.example.app:/cb"')
  })

  it('refuses a redirect URI that would run in the page', () => {
    expect(() => page({ ...formPost, redirectUri: 'javascript:alert(1)' })).toThrow(TypeError)
  })
})

describe('originSource', () => {
  it.each([
    ['https://app.example', 'https://app.example'],
    ['https://app.example:8443', 'https://app.example:8443'],
    ['http://localhost:5173', 'http://localhost:5173'],
    // Chromium ignores `http://[::1]:51234` as a source.
    ['http://[::1]:51234', 'http:'],
  ])('makes of %s the source %s', (uri, source) => {
    expect(originSource(uri)).toBe(source)
    expect(guardHeaders({ 'form-action': [source] })[0]?.[1]).toContain(`form-action ${source}`)
  })
})

describe('guardHeaders', () => {
  it.each([
    "'none'; script-src *",
    '*',
    "https://a.example 'unsafe-inline'",
    "'unsafe-inline'",
    "'unsafe-eval'",
    '',
    "'nonce-x'; script-src *'",
  ])('refuses the source %s, which would break out of the policy or weaken it', (source) => {
    expect(() => guardHeaders({ 'form-action': [source] })).toThrow(TypeError)
    expect(() => guardHeaders({ 'script-src': [source] })).toThrow(TypeError)
  })

  it('lets forms lead anywhere by null alone', () => {
    expect(guardHeaders({ 'form-action': null })[0]?.[1]).toBe(
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    )
    expect(guardHeaders({ 'form-action': [] })[0]?.[1]).toContain("form-action 'none'")
  })

  it('allows nothing when nothing is named', () => {
    expect(guardHeaders({})[0]).toEqual([
      'content-security-policy',
      "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    ])
  })
})
