/**
 * When something is in the way: a page says what happened, nobody is blamed, and nothing is granted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { layoutFindings } from './audit.js'
import { startWithoutCookies } from './chromium.js'
import { hostileName } from './site.js'
import { visits } from './visit.js'

const visit = visits()

describe('cookies', () => {
  it('switched off: the page says so before anybody types a password', async () => {
    const { site, heading } = visit()
    const profile = mkdtempSync(join(tmpdir(), 'grantwright-browser-'))
    const context = await startWithoutCookies(profile)
    const [page = await context.newPage()] = context.pages()
    await page.goto(site.authorizeUrl())
    await heading('Your browser sent no cookie', page)
    expect(await context.cookies()).toEqual([])
    await context.close()
    rmSync(profile, { recursive: true })
    expect(site.answers).toEqual([])
  })

  it('lost while the question was open: nothing is granted', async () => {
    const { site, context, page, logIn, button, heading } = visit()
    await page.goto(site.authorizeUrl())
    await logIn()
    await heading('Allow Field Notes to use your account?')
    await context.clearCookies()
    await button('Allow').click()
    await heading('Your browser sent no cookie')
    expect(site.answers).toEqual([])
  })
})

describe('a session that ended meanwhile', () => {
  it('on the consent page: the login comes first, then the question again', async () => {
    const { site, context, page, logIn, button, heading, atClient } = visit()
    await page.goto(site.authorizeUrl())
    await logIn()
    await heading('Allow Field Notes to use your account?')
    const second = await context.newPage()
    await second.goto(`${site.issuer}/oauth/logout`)
    await button('Log out', second).click()
    await heading('You are logged out', second)
    await button('Allow').click()
    await heading('Log in')
    expect(site.answers).toEqual([])
    await logIn()
    await heading('Allow Field Notes to use your account?')
    await button('Allow').click()
    await atClient()
    expect((await site.redeem()).scope).toBe('read write')
  })

  it('on the connected apps: the login comes first, and nothing was revoked', async () => {
    const { site, page, connect, logIn, button, heading } = visit()
    const { refresh_token } = await connect()
    await page.goto(`${site.issuer}/oauth/apps`)
    site.wait(3601)
    await page.getByText('Disconnect app').click()
    await button('Disconnect Field Notes').click()
    await logIn()
    await heading('Connected apps')
    expect((await site.refresh(refresh_token)).error).toBeUndefined()
  })
})

describe('a stale or tampered form', () => {
  it.each(['Log in', 'Allow'])(
    '%s, after the request has expired: it begins anew, and the question comes once more',
    async (name) => {
      const { site, page, logIn, button, heading, atClient } = visit()
      await page.goto(site.authorizeUrl())
      if (name === 'Allow') {
        await logIn()
        await button('Allow').waitFor()
      }
      site.wait(601)
      if (name === 'Allow') await button('Allow').click()
      else await logIn()
      await page.waitForURL(/\/oauth\/authorize\?pending=/)
      await heading('Allow Field Notes to use your account?')
      expect(site.answers).toEqual([])
      await button('Allow').click()
      await atClient()
      expect((await site.redeem()).scope).toBe('read write')
    },
  )

  it.each([
    ['Log in', 'You are logged in'],
    ['Allow', 'This page is no longer valid'],
  ])('%s, an hour later: where to start again', async (name, title) => {
    const { site, page, logIn, button, heading } = visit()
    await page.goto(site.authorizeUrl())
    if (name === 'Allow') {
      await logIn()
      await button('Allow').waitFor()
    }
    site.wait(4201)
    if (name === 'Allow') await button('Allow').click()
    else await logIn()
    await heading(title)
    await page.getByText('Go back to the app').waitFor()
    expect(await page.getByRole('link').last().getAttribute('href')).toBe('/')
    expect(site.answers).toEqual([])
  })

  it.each([
    ['pending', 'This page is no longer valid'],
    ['page_token', 'Allow Field Notes to use your account?'],
  ])('%s changed: nothing is granted, and it says "%s"', async (field, title) => {
    const { site, page, logIn, button, heading } = visit()
    await page.goto(site.authorizeUrl())
    await logIn()
    await page.locator(`input[name=${field}]`).evaluate((input: HTMLInputElement) => {
      input.value = `A${input.value.slice(1)}`
    })
    await button('Allow').click()
    await page.waitForURL(/\/oauth\/consent$/)
    await heading(title)
    expect(site.answers).toEqual([])
  })
})

describe('a hostile name', () => {
  it('is text, short, and stays in its place', async () => {
    const { site, open, logIn, heading } = visit()
    const context = await open({ viewport: { width: 360, height: 780 } })
    const page = await context.newPage()
    for (const step of ['Log in', 'Allow <script>document.title=']) {
      if (step === 'Log in') await page.goto(site.authorizeUrl({ client_id: 'hostile', login_hint: hostileName }))
      else await logIn(page)
      await heading(step, page)
      expect(await page.title()).not.toBe('taken')
      expect(await page.locator('main script').count()).toBe(0)
      expect(await layoutFindings(page)).toEqual([])
    }
    await context.close()
  })
})

describe('too many wrong passwords', () => {
  it('tells the wait, and the right one works after it', async () => {
    const { site, page, logIn, heading } = visit()
    await page.goto(site.authorizeUrl())
    for (let i = 0; i < 6; i++) await logIn(page, 'difference engine')
    await page.getByRole('alert').getByText('Try again in 1 minute.').waitFor()
    await logIn()
    await page.getByRole('alert').getByText('Too many attempts.').waitFor()
    site.wait(61)
    await logIn()
    await heading('Allow Field Notes to use your account?')
  })
})
