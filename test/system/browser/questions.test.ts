/**
 * The questions of a consent page in a real browser without scripts: nobody allows before they are answered, anybody can deny, and neither
 * mouse nor sight is needed.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startChromium } from './chromium.js'
import { type Gallery, openGallery } from './gallery.js'

let chromium: Browser
let gallery: Gallery
let page: Page
/** What was posted, oldest first. */
let posted: URLSearchParams[]

beforeAll(async () => {
  chromium = await startChromium()
  gallery = await openGallery()
})
afterAll(async () => {
  await chromium.close()
  await gallery.close()
})
beforeEach(async () => {
  posted = []
  const context = await chromium.newContext({ javaScriptEnabled: false })
  page = await context.newPage()
  page.setDefaultTimeout(15_000)
  await page.route('**/consent', (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    posted.push(new URLSearchParams(route.request().postData() ?? ''))
    return route.fulfill({ contentType: 'text/html', body: '<!doctype html><h1>Sent</h1>' })
  })
  await page.goto(gallery.url('plain', 'en', 'consent-asking'))
})
afterEach(() => page.context().close())

const sent = () => page.getByRole('heading', { name: 'Sent' }).waitFor()
const group = (name: string) => page.getByRole('group', { name })
const choice = (question: string, name: string) => group(question).getByRole('radio', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })
/** How many of them the browser itself sees as wrong. */
const invalid = (name: string) => page.locator(`input[name=${name}]:invalid`).count()

it('a question is a group of choices by its name, with what is picked beforehand and nothing else', async () => {
  expect(await group('Workspace').ariaSnapshot()).toBe(
    [
      '- group "Workspace":',
      '  - text: Workspace',
      '  - radio "Analytical Engines Ltd" [checked]',
      '  - text: Analytical Engines Ltd',
      '  - radio "نادي الكتاب"',
      '  - text: نادي الكتاب',
      '  - radio "Home"',
      '  - text: Home',
    ].join('\n'),
  )
  expect(await group('Project that the app may open').getByRole('radio', { checked: true }).count()).toBe(0)
})

it('Allow sends nothing before every question is answered, and then the answers', async () => {
  await button('Allow').click()
  expect(await invalid('project')).toBe(2)
  expect(await page.locator(':focus').getAttribute('name')).toBe('project')
  expect(posted).toEqual([])
  await choice('Project that the app may open', 'Letters').check()
  await page.getByText('Home', { exact: true }).click()
  await button('Allow').click()
  await sent()
  expect(posted.map((form) => ['decision', 'workspace', 'project'].map((name) => form.getAll(name)))).toEqual([
    [['allow'], ['w3'], ['p2']],
  ])
})

it('Deny needs no answer', async () => {
  await button('Deny').click()
  await sent()
  expect(posted.map((form) => [form.get('decision'), form.has('project')])).toEqual([['deny', false]])
})

it('the keyboard alone picks and allows', async () => {
  const press = (key: string) => page.keyboard.press(key)
  const project = page.locator('input[name=project]')
  await choice('Workspace', 'Analytical Engines Ltd').focus()
  await press('ArrowDown')
  await press('Tab')
  expect(await project.first().evaluate((radio) => radio.matches(':focus:not(:checked)'))).toBe(true)
  await press('Space')
  await press('Tab')
  expect(await page.locator(':focus').textContent()).toBe('Deny')
  await press('Tab')
  await press('Enter')
  await sent()
  expect(posted.map((form) => [form.get('decision'), form.get('workspace'), form.get('project')])).toEqual([
    ['allow', 'w2', 'p1'],
  ])
})

it('a choice in focus shows it', async () => {
  await choice('Workspace', 'Analytical Engines Ltd').focus()
  await page.keyboard.press('ArrowDown')
  const { outlineStyle, outlineWidth } = await page
    .locator(':focus')
    .evaluate((radio) => ({ ...getComputedStyle(radio) }))
  expect([outlineStyle, outlineWidth]).toEqual(['solid', '3px'])
})

it('the buttons of a page with twenty long choices can be reached on a narrow screen', async () => {
  await page.setViewportSize({ width: 360, height: 640 })
  await page.goto(gallery.url('plain', 'ar', 'consent-asking-long'))
  await page.locator('input[value=w19]').check()
  await page.locator('button[value=allow]').click()
  await sent()
  expect(posted.map((form) => form.get('workspace'))).toEqual(['w19'])
})
