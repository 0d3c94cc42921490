/**
 * `npm run screenshots`: the pictures of README.md and docs/pages.md, in docs/images. It runs a server and the playground in this process,
 * with a clock that stands still, and needs Chromium (`CHROMIUM`, else /usr/bin/chromium). The same pages give the same pictures.
 *
 * @module
 */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { createAuthorizationServer, passwordLogin } from 'grantwright'
import { nodeListener } from 'grantwright/node'
import { memoryStorage } from 'grantwright/storage/memory'
import { chromium } from 'playwright-core'

const root = resolve(import.meta.dirname, '..')
const images = join(root, 'docs/images')
mkdirSync(images, { recursive: true })

const DAY = 86_400_000
let now = Date.UTC(2026, 8, 1, 9, 30)
const user = 'ada@example.com'
const planner = 'https://planner.example/callback'
const notes = 'https://notes.example/callback'

const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://localhost:${server.address().port}`
const auth = createAuthorizationServer({
  issuer,
  storage: memoryStorage(),
  users: passwordLogin({ verify: (username) => username, forgotPasswordUrl: '/forgot', signUpUrl: '/join' }),
  pages: { productName: 'Larkspur', logo: '/logo.svg' },
  resources: {
    'https://api.larkspur.example/calendar': {
      scopes: {
        'events:read': { en: 'See your events', ar: 'الاطلاع على الأحداث' },
        'events:write': { text: { en: 'Add and change events', ar: 'إضافة الأحداث وتعديلها' }, optional: true },
        'guests:read': { text: { en: 'See who is invited', ar: 'الاطلاع على المدعوين' }, optional: true },
      },
      default: true,
    },
  },
  clients: [client('planner', 'Meeting Planner', planner), client('notes', 'Field Notes', notes)],
  now: () => now,
})
const pages = nodeListener(auth)
server.on('request', (request, response) => {
  if (request.url !== '/logo.svg') return pages(request, response)
  response.setHeader('content-type', 'image/svg+xml')
  response.end(logo('#2449b0', '#8fb2ff'))
})

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--font-render-hinting=none'],
})

const page = await open()
await page.goto(authorizeUrl('planner', planner))
await picture(page, 'login')
await page.locator('#password').fill('analytical engine')
await page.locator('button').click()
await untick()
await picture(page, 'consent')
await page.emulateMedia({ colorScheme: 'dark' })
await picture(page, 'consent-dark')
await page.emulateMedia({ colorScheme: 'light' })
await page.setViewportSize({ width: 360, height: 300 })
await picture(page, 'consent-narrow')
await page.setViewportSize({ width: 640, height: 300 })
await page.goto(authorizeUrl('planner', planner, { ui_locales: 'ar' }))
await untick()
await picture(page, 'consent-arabic')
await page.goto(authorizeUrl('planner', 'https://planner.example/elsewhere'))
await picture(page, 'error')

// Three connections, on three days.
for (const [id, uri] of [
  ['planner', planner],
  ['notes', notes],
  ['planner', planner],
]) {
  await page.context().clearCookies()
  await connect(id, uri)
  now += 9 * DAY
}
await page.context().clearCookies()
await page.goto(`${issuer}/oauth/apps`)
await logIn()
await page.locator('.app').first().waitFor()
await picture(page, 'apps')
await page.context().close()
server.closeAllConnections()
server.close()

await playground()
await browser.close()

/** A page on which the strangers that it shows and goes to exist. */
async function open(size = { width: 640, height: 300 }) {
  const context = await browser.newContext({ viewport: size, deviceScaleFactor: 2, reducedMotion: 'reduce' })
  await context.route(/^https:\/\/[a-z]+\.example\//, (route) =>
    route.request().url().endsWith('.svg')
      ? route.fulfill({ contentType: 'image/svg+xml', body: logo('#0f766e', '#86e0cd') })
      : route.fulfill({ contentType: 'text/html', body: '<h1>Back</h1>' }),
  )
  return context.newPage()
}

/** As WebP, which is far smaller than PNG here. */
async function picture(page, name, fullPage = true) {
  const path = join(images, `${name}.webp`)
  await page.mouse.move(0, 0)
  await page.screenshot({ path, type: 'webp', quality: 70, fullPage, animations: 'disabled' })
  console.log(`${relative(root, path)}  ${Math.round(statSync(path).size / 1024)} KB`)
}

function client(client_id, client_name, redirect_uri) {
  return {
    client_id,
    client_name,
    client_secret: `the secret of ${client_id}, for pictures only`,
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [redirect_uri],
    logo_uri: `${new URL(redirect_uri).origin}/logo.svg`,
    policy_uri: `${new URL(redirect_uri).origin}/privacy`,
    tos_uri: `${new URL(redirect_uri).origin}/terms`,
  }
}

function authorizeUrl(client_id, redirect_uri, more = {}) {
  return `${issuer}/oauth/authorize?${new URLSearchParams({
    ...{ response_type: 'code', client_id, redirect_uri, login_hint: user },
    scope: client_id === 'planner' ? 'events:read events:write guests:read' : 'events:read',
    // RFC 7636, appendix B.
    ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
    ...more,
  })}`
}

async function connect(client_id, redirect_uri) {
  await page.goto(authorizeUrl(client_id, redirect_uri))
  await logIn()
  // Who has agreed before is not asked again.
  await page.locator('button[value=allow], h1:text("Back")').first().waitFor()
  if (await page.locator('button[value=allow]').isVisible()) await page.locator('button[value=allow]').click()
  await page.waitForURL(/\.example\//)
  const { client_secret } = client(client_id, '', redirect_uri)
  const code = new URL(page.url()).searchParams.get('code')
  const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const response = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code, code_verifier, redirect_uri, client_id, client_secret },
    }),
  })
  if (!response.ok) throw new Error(`No token for ${client_id}: ${await response.text()}`)
}

/** So that the picture shows that one can. */
async function untick() {
  await page.locator('input[type=checkbox]').last().uncheck()
}

async function logIn() {
  await page.locator('#username').fill(user)
  await page.locator('#password').fill('analytical engine')
  await page.locator('button').click()
}

/** The playground after a login. */
async function playground() {
  const dataDir = mkdtempSync(join(tmpdir(), 'grantwright-screenshots-'))
  const outfile = join(root, 'examples/playground/screenshots.build.js')
  await build({
    entryPoints: [join(root, 'examples/playground/playground.ts')],
    ...{ outfile, bundle: true, packages: 'external', tsconfigRaw: {} },
    ...{ platform: 'node', format: 'esm', target: 'node20' },
  })
  const { startPlayground } = await import(pathToFileURL(outfile).href)
  rmSync(outfile)
  const running = await startPlayground({ port: 0, dataDir, now: () => now })
  const page = await open({ width: 1280, height: 900 })
  await page.goto(running.url)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.locator('#username').fill('ada')
  await page.locator('#password').fill('analytical-engine')
  await page.locator('button').click()
  await page.locator('button[value=allow]').click()
  await page.locator('#login .outcome').waitFor()
  // The port of `npm start`, so that each run shows the same.
  await page.locator('header').evaluate((header) => {
    const walker = document.createTreeWalker(header, NodeFilter.SHOW_TEXT)
    while (walker.nextNode())
      walker.currentNode.data = walker.currentNode.data.replace(/localhost:[0-9]+/, 'localhost:3000')
  })
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }))
  await picture(page, 'playground', false)
  await page.context().close()
  await running.close()
  rmSync(dataDir, { recursive: true })
}

function logo(dark, light) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="16" fill="${dark}"/>
<path d="M32 12c9 9 9 31 0 40-9-9-9-31 0-40z" fill="#fff"/><path d="M14 24c12 1 17 12 16 28-12-2-18-13-16-28zM50 24c-12 1-17 12-16 28 12-2 18-13 16-28z" fill="${light}"/></svg>`
}
