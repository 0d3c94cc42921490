/**
 * Every page in every state, by name, language and look, behind the headers that the server sends with it.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AppsView, ConnectedGrant } from '../../../src/pages/apps.js'
import type { ConsentView } from '../../../src/pages/consent.js'
import { en } from '../../../src/pages/locales/en.js'
import type { LoginView } from '../../../src/pages/login.js'
import type { LogoutView } from '../../../src/pages/logout.js'
import type { Problem } from '../../../src/pages/messages.js'
import type { PagesOptions } from '../../../src/pages/options.js'
import { shippedPage } from '../../../src/pages/render.js'
import { checkPages } from '../../../src/pages/settings.js'
import type { PageView } from '../../../src/pages/views.js'

const login: LoginView = {
  page: 'login',
  form: { action: '/login', hidden: { pending: 'id.secret' } },
  clientName: 'Field Notes',
  forgotPasswordUrl: '/forgot',
  signUpUrl: '/sign-up',
}
const consent: ConsentView = {
  page: 'consent',
  form: { action: '/consent', hidden: { pending: 'id.secret', page_token: 'token' } },
  clientName: 'Field Notes',
  clientId: 'notes',
  redirectHost: 'notes.example',
  unverified: false,
  subjectLabel: 'ada@example.com',
  switchUrl: '/login',
  policyUri: 'https://notes.example/privacy',
  tosUri: 'https://notes.example/terms',
  resources: [
    {
      resource: 'https://api.example.com',
      scopes: [
        { name: 'read', text: 'Read your notes' },
        { name: 'write', text: 'Change your notes', choice: { field: 'scope.0.1', ticked: true } },
        { name: 'share', text: 'Share notes with others', choice: { field: 'scope.0.2', ticked: false } },
      ],
    },
    { resource: 'https://calendar.example.com/v1', scopes: [] },
  ],
}
/** What features of the server may add and ask. */
const asking: ConsentView = {
  ...consent,
  details: [
    'Pay €123.50 to Merchant A (IBAN DE02 1001 0010 9307 1186 03)',
    'Read the balance of your account ‏حساب التوفير‏ for 90 days, as often as four times a day, and what was paid from it',
    'Open the folder “Übersetzungen 2026”',
  ],
  questions: [
    {
      field: 'workspace',
      label: 'Workspace',
      choices: [
        { value: 'w1', text: 'Analytical Engines Ltd', picked: true },
        { value: 'w2', text: 'نادي الكتاب', picked: false },
        { value: 'w3', text: 'Home', picked: false },
      ],
    },
    {
      field: 'project',
      label: 'Project that the app may open',
      choices: [
        { value: 'p1', text: 'Notes on the Menabrea memoir', picked: false },
        { value: 'p2', text: 'Letters', picked: false },
      ],
    },
  ],
}
/** The longest that a page shows, in one word. */
const long = 'Nebenkostenabrechnungsprüfungsassistent'.repeat(3)
/** Names of 80 characters, some in one word. */
const twentyNames = Array.from({ length: 20 }, (_, i) => {
  const name =
    i % 3 === 0 ? long : 'The working group for the translation of long words into shorter ones, part 2 of them'
  return `${i + 1} ${name}`.slice(0, 80)
})
const rights = consent.resources.slice(0, 1)
const grant = (day: number, device?: string, redirectHost = 'notes.example'): ConnectedGrant => ({
  id: `g${day}`,
  since: Date.UTC(2026, 8, day),
  lastUsed: Date.UTC(2026, 10, day + 1, 22, 45),
  redirectHost,
  device,
})
const apps: AppsView = {
  page: 'apps',
  form: { action: '/apps', hidden: { page_token: 'token' } },
  subjectLabel: 'ada@example.com',
  logoutUrl: '/logout',
  homeUrl: '/',
  apps: [
    {
      clientId: 'notes',
      clientName: 'Field Notes',
      rights,
      grants: [grant(28, 'Samsung Internet on Android'), { ...grant(3), rights }],
    },
    {
      clientId: 'calendar',
      clientName: 'Calendar',
      rights: consent.resources.slice(1),
      grants: [grant(12, 'Chrome on macOS', 'localhost:51234')],
    },
    { clientId: 'desktop', rights, grants: [] },
  ],
  more: true,
}
const logout: LogoutView = {
  page: 'logout',
  form: { action: '/logout', hidden: { page_token: 'token' } },
  subjectLabel: 'ada@example.com',
  appsUrl: '/apps',
  here: true,
  everywhere: true,
  again: false,
}
// In the order of the texts, all of them: the type of `problem` knows no others.
const problems = Object.keys(en.problem) as Problem[]
const error = (problem: Problem): PageView => ({
  page: 'error',
  problem,
  status: 400,
  code: 'invalid_request',
  reference: 'pZ3tQ8mW1xKc',
  homeUrl: '/',
  ...(problem === 'answered' && { clientName: 'Field Notes', clientUrl: 'https://notes.example/' }),
  ...(problem === 'loginMissing' && { loginUrl: '/apps' }),
  ...(problem === 'clientMistake' && {
    clientName: 'Field Notes',
    redirectUri: `https://elsewhere.example/${'x'.repeat(300)}`,
    detail: 'redirect_uri is not one of those that are registered',
  }),
})

export const views = {
  login,
  'login-wrong': { ...login, username: 'ada', error: 'wrong' },
  'login-confirm': { ...login, confirm: true, username: 'ada' },
  'login-throttled': { ...login, username: 'ada', error: { throttledSeconds: 840 } },
  consent,
  'consent-many': {
    ...consent,
    resources: [
      {
        resource: 'https://api.example.com',
        name: 'Field Notes & Letters',
        scopes: Array.from({ length: 12 }, (_, i) => ({
          name: `s${i}`,
          text: `Do thing ${i + 1} of twelve with your notes`,
          choice: i % 2 === 0 ? undefined : { field: `scope.0.${i}`, ticked: i % 3 > 0 },
        })),
      },
    ],
  },
  'consent-optional': {
    ...consent,
    resources: consent.resources
      .map(({ scopes, ...one }) => ({ ...one, scopes: scopes.filter(({ choice }) => choice) }))
      .slice(0, 1),
  },
  'consent-logo': { ...consent, logoUri: 'https://cdn.example/logo.svg' },
  'consent-unverified': { ...consent, unverified: true, redirectHost: 'com.example.notes:' },
  'consent-long': {
    ...consent,
    clientName: long,
    subjectLabel: long,
    redirectHost: `${long}.example`,
    resources: [{ resource: long, scopes: [{ name: 'read', text: long, choice: { field: 'a', ticked: true } }] }],
  },
  'consent-asking': asking,
  'consent-asking-long': {
    ...asking,
    unverified: true,
    resources: [],
    details: [long, `${long} `.repeat(3)],
    questions: [
      {
        field: 'workspace',
        label: long,
        choices: twentyNames.map((text, i) => ({ value: `w${i}`, text, picked: false })),
      },
    ],
  },
  apps,
  'apps-details': {
    ...apps,
    apps: [
      {
        clientId: 'notes',
        clientName: 'Field Notes',
        rights,
        grants: [
          { ...grant(28), details: asking.details },
          { ...grant(3), rights, details: [long] },
        ],
      },
      {
        clientId: 'calendar',
        clientName: 'Calendar',
        rights: consent.resources.slice(1),
        grants: [{ ...grant(12), details: asking.details }],
      },
      { clientId: 'desktop', rights, grants: [], details: asking.details },
    ],
  },
  'apps-none': { ...apps, apps: [], more: false, notice: 'revoked' },
  'apps-again': { ...apps, apps: apps.apps.slice(1), notice: 'again' },
  'apps-long': {
    ...apps,
    apps: apps.apps.map((app) => ({
      ...app,
      clientName: long,
      grants: app.grants.map((one) => ({ ...one, redirectHost: `${long}.example` })),
    })),
  },
  logout,
  'logout-again': { ...logout, again: true },
  'logged-out': { page: 'logged_out', loginUrl: '/apps', homeUrl: '/' },
  'error-long': { ...error('answered'), clientName: long, clientUrl: 'https://notes.example/' } as PageView,
  'form-post': { page: 'form_post', redirectUri: 'https://notes.example/cb', fields: [['code', 'c1']] },
  ...Object.fromEntries(problems.map((problem) => [`error-${problem}`, error(problem)])),
} satisfies Record<string, PageView>

const svg = (width: number, colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 32"><rect width="${width}" height="32" rx="9" fill="${colour}"/></svg>`

/** What an operator may put above the pages. */
const looks: Record<string, PagesOptions> = {
  plain: {},
  name: { productName: 'Acme' },
  brand: { productName: 'Acme Notes', logo: { light: '/logo.svg', dark: '/logo-dark.svg' } },
  wide: { logo: '/wide.svg' },
  theme: {
    productName: 'Verwaltungsgemeinschaft Mittleres Niederbarnimland',
    logo: '/logo.svg',
    theme: {
      accent: '#7a1f5c',
      background: '#f6f0e8',
      radius: '4px',
      font: 'Georgia, serif',
      dark: { accent: '#f5a8d8', onAccent: '#2b0a20' },
    },
  },
}

export interface Gallery {
  url(look: string, locale: string, view: string): string
  close(): Promise<void>
}

/** Serves `/<look>/<locale>/<view>`. */
export async function openGallery(): Promise<Gallery> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const settings = new Map(Object.entries(looks).map(([look, options]) => [look, checkPages(options, origin)]))
  server.on('request', async (request, response) => {
    const [, look = '', locale = '', name = ''] = (request.url ?? '').split('/')
    const { languages, style, brand } = settings.get(look) ?? {}
    const messages = await languages?.get(locale)?.messages()
    const view = new Map<string, PageView>(Object.entries(views)).get(name)
    if (!messages || !style || !view) {
      response.setHeader('content-type', 'image/svg+xml')
      response.end(svg(look === 'wide.svg' ? 400 : 32, look === 'logo-dark.svg' ? '#7dd3c0' : '#0f766e'))
      return
    }
    const page = shippedPage(view, { messages, style, brand }, 'n'.repeat(22))
    response.writeHead(page.status, page.headers.flat())
    response.end(page.body)
  })
  return {
    url: (look, locale, view) => `${origin}/${look}/${locale}/${view}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
