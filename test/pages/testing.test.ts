/**
 * The suite for pages of an app's own hand: it passes what is right, and each mistake fails with words that help.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { PageView, Rendered, RenderPage } from '../../src/index.js'
import { plainFrame } from '../../src/pages/frame.js'
import { en } from '../../src/pages/locales/en.js'
import { shippedPage } from '../../src/pages/render.js'
import { type RenderSuiteOptions, renderSuite } from '../../src/pages/testing.js'
import { escapeHtml, ownPages } from './own-pages.js'

describe('the pages that ship', () => {
  renderSuite({ describe, it }, (view, { messages, nonce }) => ({
    html: shippedPage(view, { ...plainFrame, messages }, nonce).body,
    sources: { 'style-src': [plainFrame.style.source] },
  }))
})

describe('pages in another manner', () => {
  renderSuite({ describe, it }, ownPages)
})

describe('no page of its own', () => {
  renderSuite({ describe, it }, () => null)
})

describe('a front end on another origin', () => {
  const frontEnds = ['https://app.example.com']
  const toFrontEnd = (view: PageView) => `https://app.example.com/auth#${encodeURIComponent(JSON.stringify(view))}`
  renderSuite({ describe, it }, (view) => ({ redirect: toFrontEnd(view) }), { frontEnds })
})

describe('a front end on the machine of a developer', () => {
  const frontEnds = ['http://localhost:41306']
  const toFrontEnd = (view: PageView) => `http://localhost:41306/auth#${encodeURIComponent(JSON.stringify(view))}`
  renderSuite({ describe, it }, (view) => ({ redirect: toFrontEnd(view) }), { frontEnds })
})

/** What fails, by the name of the test. */
async function failuresOf(
  render: RenderPage,
  options?: RenderSuiteOptions,
): Promise<readonly (readonly [string, string])[]> {
  const tests: (readonly [string, () => Promise<void>])[] = []
  let group = ''
  const runner = {
    describe(name: string, define: () => void) {
      group = name
      define()
    },
    it: (name: string, run: () => Promise<void>) => tests.push([`${group}: ${name}`, run]),
  }
  renderSuite(runner, render, options)
  const failed: (readonly [string, string])[] = []
  for (const [name, run] of tests) {
    await run().catch((error: unknown) => failed.push([name, String(error)]))
  }
  return failed
}

/** That the suite says this, about this page alone. */
async function expectComplaint(
  render: RenderPage,
  page: Page,
  complaint: RegExp,
  options?: RenderSuiteOptions,
): Promise<void> {
  const failed = await failuresOf(render, options)
  const lines = failed.flatMap(([, message]) => message.split('\n- ').slice(1))
  expect(lines).toContainEqual(expect.stringMatching(complaint))
  expect(failed.filter(([name]) => !name.startsWith(`the page ${page}: `))).toEqual([])
}

type Page = PageView['page']

/** The own pages, with one of them changed after it was made. */
const changed =
  (page: Page, change: (html: string) => string): RenderPage =>
  async (view, context) => {
    const html = String(await ownPages(view, context))
    return view.page === page ? change(html) : html
  }

/** The own pages, one of which is made of another view. */
const shownAs =
  <Name extends Page>(page: Name, change: (view: Extract<PageView, { page: Name }>) => PageView): RenderPage =>
  (view, context) => {
    const isIt = (one: PageView): one is Extract<PageView, { page: Name }> => one.page === page
    return ownPages(isIt(view) ? change(view) : view, context)
  }

describe('a form', () => {
  const cases: readonly (readonly [what: string, page: Page, change: (html: string) => string, complaint: RegExp])[] = [
    [
      'that is missing',
      'login',
      (html) => html.replace(/<form[\s\S]*<\/form>/, ''),
      /no <form method="post" action="\/oauth\/login">.*; there is no form\.$/,
    ],
    [
      'sent with GET',
      'login',
      (html) => html.replace('method=POST', ''),
      /no <form method="post".*there is <form method="get" action="\/oauth\/login">/,
    ],
    [
      'that posts elsewhere',
      'consent',
      (html) => html.replaceAll("action='/oauth/consent'", "action='/consent'"),
      /the hidden fields stand in <form method="post" action="\/consent">: they must be posted to \/oauth\/consent/,
    ],
    [
      'that posts to another host as well',
      'logout',
      (html) => html.replace('<main', '<form method=post action=https://evil.example/><button>x</button></form><main'),
      /action="https:\/\/evil\.example\/"> is blocked by the policy/,
    ],
    [
      'with files',
      'login',
      (html) => html.replace('method=POST', 'method=post enctype=multipart/form-data'),
      /sent as multipart\/form-data, which is not read/,
    ],
    [
      'whose button sends it elsewhere',
      'consent',
      (html) => html.replace('<button>Yes', '<button formaction=/elsewhere>Yes'),
      /a button has formaction="\/elsewhere"/,
    ],
    [
      'whose button sends it with GET',
      'consent',
      (html) => html.replace('<button>Yes', '<button formmethod=get>Yes'),
      /a button has formmethod="get"/,
    ],
    [
      'without the pending request',
      'login',
      (html) => html.replace(/<input [^>]*name='pending'[^>]*>/, ''),
      /lacks the hidden field pending\. .*view\.form\.hidden/,
    ],
    [
      'without the page token, in one of several',
      'apps',
      (html) => html.replace(/<input [^>]*name='page_token'[^>]*>/, ''),
      /lacks the hidden field page_token/,
    ],
    [
      'with a changed hidden field',
      'login',
      (html) => html.replace(/value="gwpr_[^"]*"/, 'value="gwpr_1"'),
      /hidden field pending is changed: .* is "gwpr_1"/,
    ],
    [
      'with a hidden field that is escaped twice',
      'form_post',
      (html) =>
        html
          .replaceAll('&#x26;', '&amp;#x26;')
          .replace(/action="[^"]*"/, (action) => action.replaceAll('&amp;#x26;', '&amp;')),
      /hidden field state is changed/,
    ],
    [
      'with a hidden field twice',
      'login',
      (html) => html.replace(/<input [^>]*name='pending'[^>]*>/, '$&$&'),
      /has the field pending 2 times/,
    ],
    [
      'with a hidden field that anybody can edit',
      'login',
      (html) => html.replace(/(name='pending') type=hidden/, '$1 type=text'),
      /hidden field pending is changed/,
    ],
    [
      'with a hidden field that is disabled',
      'login',
      (html) => html.replace("name='pending'", "name='pending' disabled"),
      /lacks the hidden field pending/,
    ],
    [
      'in a disabled fieldset',
      'logout',
      (html) =>
        html.replaceAll('<button', '<fieldset disabled><button').replaceAll('</button>', '</button></fieldset>'),
      /nothing sends where=/,
    ],
  ]

  it.each(cases)('%s fails (%s)', async (_, page, change, complaint) => {
    await expectComplaint(changed(page, change), page, complaint)
  })

  it('may hold its controls by their attribute form', async () => {
    const outside = (html: string) =>
      html
        .replace('method=POST', 'method=POST id=f')
        .replace(/<input type=submit[^>]*>/, '')
        .replace('</form>', '</form><button form=f>Go</button>')
    expect(await failuresOf(changed('login', outside))).toEqual([])
  })

  it('may be written with the whole URL', async () => {
    const whole = (html: string) => html.replaceAll("action='/oauth", "action='https://auth.example.com/oauth")
    expect(await failuresOf(changed('consent', whole))).toEqual([])
  })
})

/** A button for each option of a list. */
const buttons = (_: string, name: string, options: string): string =>
  options.replace(/<option value=("[^"]+")[^>]*>/g, (_, value) => `</button><button name=${name} value=${value}>`)

describe('what a page must offer', () => {
  const cases: readonly (readonly [what: string, page: Page, change: (html: string) => string, complaint: RegExp])[] = [
    [
      'a field for the user name',
      'login',
      (html) => html.replace('name=username', 'name=user'),
      /has 0 fields named username/,
    ],
    [
      'one field for the user name',
      'login',
      (html) => html.replace('<input name=username', '<input name=username><input name=username'),
      /has 2 fields named username/,
    ],
    [
      'a way to a new password',
      'login',
      (html) => html.replace("href='/forgot", "href='/lost"),
      /nothing leads to view\.forgotPasswordUrl\. Write a link where it is given: <a href="…">/,
    ],
    [
      'a way to an account',
      'login',
      (html) => html.replace(/<a href='https:[^>]*>/, '<a>'),
      /nothing leads to view\.signUpUrl/,
    ],
    [
      'a field for the password',
      'login',
      (html) => html.replace('name=password', 'name=secret'),
      /needs one <input type="password" name="password">, and has none/,
    ],
    [
      'a password that nobody can read along',
      'login',
      (html) => html.replace('type=password', 'type=text'),
      /needs one <input type="password" name="password">, and has text/,
    ],
    [
      'a button to log in',
      'login',
      (html) => html.replace(/<input type=submit[^>]*>/, ''),
      /the form has no button to send it/,
    ],
    [
      'a button to allow',
      'consent',
      (html) => html.replace('<button>Yes</button>', ''),
      /nothing sends decision=allow/,
    ],
    ['a button to deny', 'consent', (html) => html.replace('value=deny', 'value=no'), /nothing sends decision=deny/],
    [
      'a box for an optional scope',
      'consent',
      (html) => html.replace(/<input type=checkbox name=scope_1_0>/, ''),
      /scope delete can be left out, and has no box .*name="scope_1_0"/,
    ],
    [
      'a real choice about an optional scope',
      'consent',
      (html) => html.replace('type=checkbox name=scope_1_0', 'type=hidden value=yes name=scope_1_0'),
      /scope delete can be left out, and has no box/,
    ],
    [
      'the box that is not ticked',
      'consent',
      (html) => html.replace('name=scope_1_0', 'name=scope_1_0 checked'),
      /box of the scope delete must not be ticked/,
    ],
    [
      'the box that is ticked',
      'consent',
      (html) => html.replace('name=scope_0_1 CHECKED', 'name=scope_0_1'),
      /box of the scope share must be ticked/,
    ],
    [
      'each choice of a question',
      'consent',
      (html) => html.replace('<option value="w-3">Home', 'Home'),
      /^nothing sends workspace=w-3 together with decision=allow: the choice "Home" of "Workspace & its \\"guests\\""\. Write <input type="radio" name="workspace" value="w-3" required> in the form that allows\.$/,
    ],
    [
      'a choice with its value as it is',
      'consent',
      (html) => html.replace('value="team&#x26;copy=1"', 'value="1"'),
      /nothing sends workspace=team&copy=1 together/,
    ],
    [
      'a choice that is posted under its field',
      'consent',
      (html) => html.replace('name=plan', 'name=tariff'),
      /nothing sends plan=paid together with decision=allow and an answer to each other question: .* value="paid" required checked>/,
    ],
    [
      'a choice along with the decision',
      'consent',
      (html) =>
        html
          .replace('<input type=hidden name=decision value=allow>', '<button name=decision value=allow>Y</button>')
          .replace(/<select name=(workspace) required>([\s\S]*?)<\/select>/, buttons),
      /^nothing sends workspace=w-3 together with decision=allow:/,
    ],
    [
      'one choice of each question at a time',
      'consent',
      (html) => html.replace(/<select name=(\w+) required>([\s\S]*?)<\/select>/g, buttons),
      /nothing sends plan=free together with decision=allow and an answer to each other question/,
    ],
    [
      'a question to which nothing is picked',
      'consent',
      (html) => html.replace('<option value="w-3"', '<option value="w-3" selected'),
      /^nothing of the question "Workspace .*" may be picked at first, because no choice\.picked is true, but workspace=w-3 is\./,
    ],
    [
      'a list that begins with nothing',
      'consent',
      (html) => html.replace('<select name=workspace required><option value="">…', '<select name=workspace required>'),
      /but workspace=team&copy=1 is\. .*begins with <option value="">/,
    ],
    [
      'the choice that is picked',
      'consent',
      (html) => html.replace('<option value="paid" selected', '<option value="paid"'),
      /^plan=paid of the question "Plan to use" must be picked at first, as choice\.picked says/,
    ],
    [
      'to deny without a choice',
      'consent',
      (html) =>
        html.replace('value=deny><button>', 'value=deny><input type=radio name=workspace value=w-3 required><button>'),
      /^decision=deny cannot be sent as long as .*value="deny" formnovalidate>\.$/,
    ],
    [
      'an end for each app',
      'apps',
      (html) => html.replace(/value="remembered"/, 'value="other"'),
      /nothing ends the access of remembered/,
    ],
    ['to log out here', 'logout', (html) => html.replace('value=here', 'value=there'), /nothing sends where=here/],
    [
      'to log out everywhere',
      'logout',
      (html) => html.replace(/<button name=where[^>]*>/, '<button>'),
      /nothing sends where=everywhere/,
    ],
    [
      'a button where scripts are off',
      'form_post',
      (html) => html.replace('<button>Go on</button>', ''),
      /no button, for browsers without scripts/,
    ],
    [
      'the fields of the answer',
      'form_post',
      (html) => html.replace(/<input [^>]*name='code'[^>]*>/, ''),
      /lacks the hidden field code\. .*view\.fields/,
    ],
    [
      'the address of the client',
      'form_post',
      (html) => html.replace('com.example.notes:', 'com.example.other:'),
      /no <form method="post" action="com\.example\.notes:\/cb">, which view\.redirectUri wants/,
    ],
  ]

  it.each(cases)('%s (%s)', async (_, page, change, complaint) => {
    await expectComplaint(changed(page, change), page, complaint)
  })

  it('may be one form for each choice of a question', async () => {
    let forms = 0
    const render: RenderPage = async (view, context) => {
      const html = String(await ownPages(view, context))
      const [question, ...more] = (view.page === 'consent' && view.questions) || []
      const form = /<form((?!<form)[\s\S])*value=allow>[\s\S]*?<\/form>/.exec(html)?.[0]
      // Two questions would need a form for each pair.
      if (!question || !form || more.length > 0) return html
      const each = question.choices.map(({ value, text }) => {
        forms++
        const picked = `${escapeHtml(text)}<input type=hidden name=workspace value="${escapeHtml(value)}">`
        return form.replace(/<select name=workspace[\s\S]*?<\/select>/, () => picked)
      })
      return html.replace(form, () => each.join(''))
    }
    expect(await failuresOf(render)).toEqual([])
    expect(forms).toBeGreaterThan(3)
  })

  it('may be a single form, which denies without what is required', async () => {
    const single = (button: string, attribute = '') =>
      changed('consent', (html) =>
        html
          .replace(/<form((?!<form)[\s\S])*value=deny>[\s\S]*?<\/form>/, '')
          .replace('<form method=POST', `<form method=POST ${attribute}`)
          .replace('<input type=hidden name=decision value=allow>', '')
          .replace('<button>Yes', `<button ${button}>No</button><button name=decision value=allow>Yes`),
      )
    expect(await failuresOf(single('name=decision value=deny formnovalidate'))).toEqual([])
    expect(await failuresOf(single('name=decision value=deny', 'novalidate'))).toEqual([])
    await expectComplaint(single('name=decision value=deny'), 'consent', /^decision=deny cannot be sent as long as/)
  })
})

describe('what a person must be told', () => {
  it.each<readonly [what: string, page: Page, render: RenderPage, complaint: RegExp]>([
    [
      'the client',
      'consent',
      shownAs('consent', (view) => ({ ...view, clientName: 'A client' })),
      /not told view\.clientName: write "Field & Stream's Notes"/,
    ],
    [
      'the id of a client without a name',
      'consent',
      shownAs('consent', (view) => ({ ...view, clientId: 'c' })),
      /not told view\.clientId: write "notes-app"/,
    ],
    [
      'where the browser goes',
      'consent',
      shownAs('consent', (view) => ({ ...view, redirectHost: '' })),
      /not told view\.redirectHost: write "notes\.example\.com"/,
    ],
    [
      'who agrees',
      'consent',
      shownAs('consent', (view) => ({ ...view, subjectLabel: '' })),
      /not told view\.subjectLabel/,
    ],
    [
      'each scope',
      'consent',
      changed('consent', (html) => html.replaceAll('Delete your notes', '')),
      /not told the text of the scope delete/,
    ],
    [
      'the API that has no scopes',
      'consent',
      changed('consent', (html) => html.replaceAll('plain.example.com', '')),
      /not told the resource that has no scopes: write "plain\.example\.com\/api"/,
    ],
    [
      'what features add',
      'consent',
      changed('consent', (html) => html.replaceAll('<p>Pay 12.50', '<p>Pay')),
      /^the person is not told a line of view\.details: write "Pay 12\.50 € to \\"Field & Stream\\"" where it can be read\.$/,
    ],
    [
      'what is to be chosen',
      'consent',
      changed('consent', (html) => html.replaceAll('Plan to use', '')),
      /not told the label of the question plan: write "Plan to use"/,
    ],
    [
      'each choice',
      'consent',
      changed('consent', (html) => html.replaceAll('>Free of charge', '>')),
      /not told the text of the choice plan=free: write "Free of charge"/,
    ],
    [
      'what features added to a login',
      'apps',
      changed('apps', (html) => html.replaceAll('<p>Pay 12.50', '<p>Pay')),
      /not told a line of the details of a grant: write "Pay 12\.50/,
    ],
    [
      'what features added to an app whose login has nothing of its own',
      'apps',
      changed('apps', (html) => html.replaceAll(/in notes(?=<)/g, '')),
      /not told a line of the details of an app: write "Open the folder \\"Drafts & plans\\" in notes"/,
    ],
    [
      'what features added to a remembered consent',
      'apps',
      changed('apps', (html) => html.replaceAll(/in remembered(?=<)/g, '')),
      /not told a line of the details of an app: .* in remembered"/,
    ],
    [
      'whose apps they are',
      'apps',
      shownAs('apps', (view) => ({ ...view, subjectLabel: '' })),
      /not told view\.subjectLabel/,
    ],
    [
      'which apps they are',
      'apps',
      changed('apps', (html) => html.replaceAll('<h2>Chat</h2>', '')),
      /not told the name of an app: write "Chat"/,
    ],
    [
      'where each of several connections leads',
      'apps',
      changed('apps', (html) => html.replaceAll('localhost:8765', '')),
      /not told the redirectHost of one of several grants: write "localhost:8765"/,
    ],
    [
      'which device each of several connections is on',
      'apps',
      changed('apps', (html) => html.replaceAll('macOS', '')),
      /not told the device of one of several grants: write "macOS"/,
    ],
    [
      'what an app may do',
      'apps',
      changed('apps', (html) => html.replaceAll('Share your notes', '')),
      /not told the text of the scope share/,
    ],
    [
      'who is logged in',
      'logout',
      shownAs('logout', (view) => ({ ...view, subjectLabel: '' })),
      /not told view\.subjectLabel/,
    ],
    [
      'the code of an error',
      'error',
      changed('error', (html) => html.replaceAll('server_error', '')),
      /not told view\.code: write "server_error"/,
    ],
    [
      'the reference of an error',
      'error',
      shownAs('error', (view) => ({ ...view, reference: undefined })),
      /not told view\.reference/,
    ],
    [
      'that the password was wrong',
      'login',
      shownAs('login', (view) => (view.error === 'wrong' ? { ...view, error: undefined } : view)),
      /view\.error = 'wrong' .*messages\.login\.wrong/,
    ],
    [
      'that something was left out',
      'login',
      shownAs('login', (view) => (view.error === 'incomplete' ? { ...view, error: undefined } : view)),
      /view\.error = 'incomplete' .*messages\.login\.incomplete/,
    ],
    [
      'how long to wait',
      'login',
      shownAs('login', (view) => (typeof view.error === 'object' ? { ...view, error: { throttledSeconds: 1 } } : view)),
      /Tell view\.error\.throttledSeconds/,
    ],
    [
      'that nobody has checked the client',
      'consent',
      shownAs('consent', (view) => ({ ...view, unverified: false })),
      /view\.unverified .*messages\.consent\.unverified/,
    ],
    [
      'that nothing was revoked yet',
      'apps',
      shownAs('apps', (view) => (view.notice === 'again' ? { ...view, notice: undefined } : view)),
      /view\.notice = 'again' .*messages\.apps\.again/,
    ],
    [
      'that access was revoked',
      'apps',
      shownAs('apps', (view) => (view.notice === 'revoked' ? { ...view, notice: undefined } : view)),
      /view\.notice = 'revoked' .*messages\.apps\.revoked/,
    ],
    [
      'that they are still logged in',
      'logout',
      shownAs('logout', (view) => ({ ...view, again: false })),
      /view\.again .*messages\.logout\.again/,
    ],
  ])('%s (%s)', async (_, page, render, complaint) => {
    await expectComplaint(render, page, complaint)
  })

  it('is not told by a comment, a script or the title', async () => {
    const unread = (html: string) =>
      html.replaceAll(/server_error/g, '<!-- server_error --><script type="application/json">"server_error"</script>')
    await expectComplaint(
      changed('error', (html) => unread(html).replace('Own page', 'server_error')),
      'error',
      /not told view\.code/,
    )
  })

  it('may be broken by tags and isolated by marks', async () => {
    const marked = (html: string) =>
      html.replaceAll('Chat', '\u2068<b>C</b>h&shy;at\u2069').replaceAll('Share your', 'Share\n  <i>your</i>')
    expect(await failuresOf(changed('apps', marked))).toEqual([])
  })

  it('may be a warning that only an image with an alternative gives', async () => {
    const withImage: RenderPage = async (view, context) => {
      const html = String(await ownPages(view.page === 'consent' ? { ...view, unverified: false } : view, context))
      return view.page === 'consent' && view.unverified
        ? html.replace('<h1>', '<img src="/warning.svg" alt="Unverified"><h1>')
        : html
    }
    expect(await failuresOf(withImage)).toEqual([])
  })

  it('is not that somebody can log out where they cannot', async () => {
    const render = shownAs('logout', (view) => ({ ...view, here: true, everywhere: true }))
    await expectComplaint(render, 'logout', /where=everywhere is offered, but view\.everywhere is false/)
  })
})

describe('what strangers wrote', () => {
  /** Puts a text that is not escaped into every page of this kind, by a pattern of the own pages. */
  const unescaped =
    (page: Page, pattern: string, text: (view: PageView) => string | undefined): RenderPage =>
    async (view, context) => {
      const html = String(await ownPages(view, context))
      return view.page === page ? html.replace('<main', `${pattern.replace('%', () => text(view) ?? '')}<main`) : html
    }
  const client = (view: PageView) => ('clientName' in view ? view.clientName : undefined)
  const attribute = (view: PageView) => client(view)?.replace(/[&<>]/g, escapeHtml)

  it.each<readonly [where: string, page: Page, pattern: string, text: (view: PageView) => string | undefined]>([
    ['in text', 'login', '<p>%</p>', client],
    ['in an attribute', 'consent', '<i title="%"></i>', client],
    ['in an attribute, with quotes alone', 'consent', '<i title="%"></i>', attribute],
    ['in an attribute in single quotes', 'consent', "<i title='%'></i>", attribute],
    ['in an attribute without quotes', 'consent', '<i title=%></i>', attribute],
    ['in a title', 'consent', '<title>%</title>', client],
    ['in a field', 'login', '<textarea>%</textarea>', client],
    ['in a comment', 'login', '<!-- % -->', client],
    [
      'in JSON in a script',
      'consent',
      '<script type="application/json">%</script>',
      (view) => JSON.stringify(client(view)),
    ],
    ['in the name of a user', 'apps', '<p>%</p>', (view) => ('subjectLabel' in view ? view.subjectLabel : undefined)],
    ['in what the developers are told', 'error', '<p>%</p>', (view) => ('detail' in view ? view.detail : undefined)],
  ])('must not become markup: %s (%s)', async (_, page, pattern, text) => {
    await expectComplaint(unescaped(page, pattern, text), page, /what a client or a user wrote has become an? /)
  })

  it('may stand in JSON whose < are escaped', async () => {
    const json = (view: PageView) => JSON.stringify(client(view))?.replaceAll('<', '\\u003c')
    const render = unescaped('consent', '<script type="application/json">%</script>', json)
    expect(await failuresOf(render)).toEqual([])
  })
})

describe('what the policy blocks', () => {
  it.each<readonly [what: string, markup: string, complaint: RegExp]>([
    ['a handler', '<button type=button onclick="go()">', /onclick= in <button> is blocked/],
    ['a handler in capitals', '<img alt="" src=/a.png OnError=go()>', /onerror= in <img> is blocked/],
    ['a style', '<p style="color: red">', /style= in <p> is blocked/],
    [
      'a script without the nonce',
      '<script>go("x")</script>',
      /a <script> is blocked.*context\.nonce \(it begins with "go\(\\"x\\"\)"\)/,
    ],
    ['a script with another nonce', '<script nonce="AAAAAAAAAAAAAAAAAAAAAA">go()</script>', /a <script> is blocked/],
    ['a style sheet without the nonce', '<style>p { color: red }</style>', /a <style> is blocked.*<style nonce="…">/],
    [
      'a script from elsewhere',
      '<script src=https://cdn.example.com/a.js></script>',
      /<script src="https:\/\/cdn\.example\.com\/a\.js"> is blocked.*'script-src': \['https:\/\/cdn\.example\.com'\]/,
    ],
    [
      'a style sheet from elsewhere',
      '<link rel="preload stylesheet" href="//cdn.example.com/a.css">',
      /<link href=.*'style-src': \['https:\/\/cdn\.example\.com'\]/,
    ],
    [
      'an image from elsewhere',
      '<img src="https://cdn.example.com/a.png">',
      /<img src=.*'img-src': \['https:\/\/cdn\.example\.com'\]/,
    ],
    ['an image in the page', '<img src="data:image/png;base64,AA">', /'img-src': \['data:'\]/],
    ['a javascript: link', '<a href="&#106;ava\tscript:history.back()">', /href= of <a> is a javascript: URL/],
  ])('is named: %s', async (_, markup, complaint) => {
    await expectComplaint(
      changed('logged_out', (html) => html.replace('<main', `${markup}<main`)),
      'logged_out',
      complaint,
    )
  })

  it('is only what it does block', async () => {
    const head =
      '<script src=/own.js></script><link rel=stylesheet href=own.css><link rel=icon href=https://cdn.example.com/i.png>' +
      '<img src=https://cdn.example.com/a.png?v=1><img src=https://img.example.com/x/y.png><script type=application/json>{}</script>' +
      '<script>go()</script><a href="/javascript:x">x</a>'
    const hash = `'sha256-${createHash('sha256').update('go()').digest('base64')}'`
    const sources = { 'img-src': ['https://cdn.example.com/a.png', 'https://img.example.com'], 'script-src': [hash] }
    const render: RenderPage = async (view, context) => ({
      html: String(await ownPages(view, context)).replace('<main', `${head}<main`),
      sources,
    })
    expect(await failuresOf(render)).toEqual([])
  })
})

describe('the language of a page', () => {
  it('must be named', async () => {
    await expectComplaint(
      changed('logged_out', (html) => html.replace(/lang="[^"]*"/, '')),
      'logged_out',
      /<html> has no lang/,
    )
  })

  it('must have the direction of its script', async () => {
    await expectComplaint(
      changed('login', (html) => html.replace(/dir="[^"]*"/, '')),
      'login',
      /<html lang="ar"> needs dir="rtl"/,
    )
  })

  it('may be one that is always the same', async () => {
    const english: RenderPage = async (view, context) =>
      String(await ownPages(view, { ...context, messages: en })).replace(/<html [^>]*>/, '<html lang="en">')
    expect(await failuresOf(english)).toEqual([])
  })

  it.each<Page>(['login', 'logout', 'logged_out', 'consent', 'apps', 'error', 'form_post'])(
    'of %s is that of its words',
    async (page) => {
      const inEnglish: RenderPage = async (view, context) => {
        const html = (await ownPages(view, context)) as string
        const words = `<p>${escapeHtml(context.messages.formPost.title)}</p>`
        return view.page === page
          ? html.replace(/<html [^>]*>/, '<html lang="en">').replace('<main', `${words}<main`)
          : html
      }
      await expectComplaint(
        inEnglish,
        page,
        /^<html lang="en"> is above words in another language \(.+\)\. Write context\.messages\.locale there: it is ar here\./,
      )
    },
  )

  it('is found in parts of texts, between what is filled in', async () => {
    const inEnglish: RenderPage = (view, { messages }) =>
      view.page === 'error' && view.reference !== undefined
        ? `<html lang="en"><p>${messages.apps.since.replace('{date}', '1/2/2026')} ${view.code} ${view.reference}`
        : null
    await expectComplaint(inEnglish, 'error', /is above words in another language \(تاريخ الربط/)
  })

  it('may be that of a country', async () => {
    const egyptian = (html: string) => html.replace('lang="ar"', 'lang="ar-EG"')
    expect(await failuresOf(changed('logged_out', egyptian))).toEqual([])
  })
})

describe('a redirect', () => {
  const without =
    (...names: string[]): RenderPage =>
    (view) => {
      const kept = JSON.stringify(view, (name, value: unknown) => (names.includes(name) ? undefined : value))
      return { redirect: `/app/auth?view=${encodeURIComponent(kept)}` }
    }

  it('may carry what it must in the query as well', async () => {
    expect(await failuresOf(without())).toEqual([])
  })

  it.each<readonly [lost: string, complaint: RegExp]>([
    ['pending', /^view\.form\.hidden\.pending does not travel along to \/app\/auth\. Add it/],
    ['page_token', /^view\.form\.hidden\.page_token does not travel/],
    ['fields', /^the field code of view\.fields does not travel/],
    ['redirectUri', /^view\.redirectUri does not travel/],
    ['reference', /^view\.reference does not travel/],
    ['details', /^a line of view\.details does not travel/],
    ['field', /^the field workspace of view\.questions does not travel/],
    ['label', /^the label of the question workspace does not travel/],
    ['value', /^the value of the choice workspace=w-3 does not travel/],
    ['text', /^the text of the choice workspace=w-3 does not travel/],
    ['unverified', /^with view\.unverified the page says the same/],
  ])('must carry %s', async (lost, complaint) => {
    const messages = (await failuresOf(without(lost))).flatMap(([, message]) => message.split('\n- ').slice(1))
    expect(messages).toContainEqual(expect.stringMatching(complaint))
  })

  it('must lead to this host or a front end that the options name', async () => {
    const away: RenderPage = () => ({ redirect: 'https://app.example.com/auth' })
    const failed = await failuresOf(away)
    expect(failed.length).toBeGreaterThan(30)
    expect(failed.every(([, message]) => message.includes('or on one of pages.frontEnds'))).toBe(true)
  })
})

describe('the links of the login', () => {
  it('may be whole URLs, and carry more', async () => {
    const more = (html: string) =>
      html.replace(/href='([^']*forgot[^']*)'/, "href='https://auth.example.com$1&lang=en'")
    expect(await failuresOf(changed('login', more))).toEqual([])
  })
})

describe('the options', () => {
  it('are refused when there is none of that name', () => {
    const misspelt = { frontends: ['https://app.example.com'] } as RenderSuiteOptions
    expect(() => renderSuite({ describe, it }, () => null, misspelt)).toThrow(
      /^renderSuite: there is no option `frontends`\. The options are issuer, frontEnds, native\.$/,
    )
  })

  it('put the pages on this machine, unencrypted, beside a front end that is so, and only then', async () => {
    const seen = async (frontEnds?: readonly string[]) => {
      const render: RenderPage = () => ({ redirect: 'http://localhost/app' })
      return (await failuresOf(render, { frontEnds })).filter(([, message]) => /redirect must be/.test(message)).length
    }
    expect(await seen(['http://127.0.0.1:5173', 'https://app.example.com'])).toBe(0)
    expect(await seen(['https://app.example.com'])).toBeGreaterThan(30)
    expect(await seen()).toBeGreaterThan(30)
  })

  it('say what is native', async () => {
    const seen = new Set<unknown>()
    const native = { user: 'ada' }
    await failuresOf((_, context) => void seen.add(context.native), { native })
    expect([...seen]).toEqual([native])
  })

  it('say where the pages are', async () => {
    const own = changed('login', (html) => html.replace("action='/oauth", "action='http://localhost:3000/oauth"))
    expect(await failuresOf(own, { issuer: 'http://localhost:3000' })).toEqual([])
    await expectComplaint(own, 'login', /no <form method="post" action="\/oauth\/login">/)
  })
})

it('says on which page and in which state something is wrong', async () => {
  const [first] = await failuresOf(changed('consent', (html) => html.replace('value=deny', 'value=no')))
  expect(first?.[0]).toBe('the page consent: for a scope that is not optional is as it must be')
  expect(first?.[1]).toBe(
    'Error: The page consent, for a scope that is not optional:\n- nothing sends decision=deny. Write <button type="submit" name="decision" value="deny">.',
  )
})

it('passes on what `render` throws, and what it must not return', async () => {
  const throwing = await failuresOf(() => {
    throw new Error('no template')
  })
  expect(throwing.every(([, message]) => message === 'Error: no template')).toBe(true)
  const wrong = await failuresOf((): Rendered => ({ html: ' ' }))
  expect(wrong[0]?.[1]).toContain('pages.render must return an HTML document')
})
