/**
 * The pages that ship, in a real browser: what a person does with a mouse, a keyboard, two tabs and the back button, with scripts
 * switched off.
 */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { visits } from './visit.js'

const visit = visits()

const isLoggedIn = async (tab: Page) => {
  await tab.goto(`${visit().site.issuer}/oauth/apps`)
  return (await tab.title()) === 'Connected apps'
}

describe('without scripts', () => {
  it('a wrong password, the right one, a scope unticked, and back at the client on another origin', async () => {
    const { site, page, button, heading, atClient, logIn } = visit()
    await page.goto(site.authorizeUrl())
    await heading('Log in')
    await logIn(page, 'difference engine')
    await page.getByRole('alert').getByText('Wrong user name or password.').waitFor()
    expect(await page.getByLabel('User name or e-mail').inputValue()).toBe('ada')
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('')
    await logIn()
    await heading('Allow Field Notes to use your account?')
    expect(await page.locator('img.logo').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    await page.getByLabel('Change your notes').uncheck()
    await button('Allow').click()
    await atClient()
    expect((await site.redeem()).scope).toBe('read')
  })

  it('what was answered is remembered, until prompt=consent', async () => {
    const { site, page, button, atClient, connect } = visit()
    await connect()
    await page.goto(site.authorizeUrl())
    await atClient()
    expect(site.answers).toHaveLength(2)
    expect((await site.redeem()).scope).toBe('read write')
    await page.goto(site.authorizeUrl({ prompt: 'consent' }))
    expect(await page.getByLabel('Change your notes').isChecked()).toBe(true)
    await page.getByLabel('Change your notes').uncheck()
    await button('Allow').click()
    await atClient()
    await page.goto(site.authorizeUrl())
    await atClient()
    expect((await site.redeem()).scope).toBe('read')
  })

  it('prompt=login asks for the password again, prompt=none never', async () => {
    const { site, context, page, heading, atClient, logIn, connect } = visit()
    await connect()
    await page.goto(site.authorizeUrl({ prompt: 'login' }))
    await heading('Confirm it is you')
    expect(await page.getByLabel('User name or e-mail').inputValue()).toBe('ada')
    await logIn()
    await atClient()
    expect(site.answers.at(-1)?.has('code')).toBe(true)
    await context.clearCookies()
    await page.goto(site.authorizeUrl({ prompt: 'none' }))
    await atClient()
    expect(site.answers.at(-1)?.get('error')).toBe('login_required')
  })

  it('deny leads back to the client with nothing', async () => {
    const { site, page, button, atClient, logIn } = visit()
    await page.goto(site.authorizeUrl())
    await logIn()
    await button('Deny').click()
    await atClient()
    expect(site.answers.at(-1)?.get('error')).toBe('access_denied')
    expect(site.answers.at(-1)?.has('code')).toBe(false)
  })

  it('somebody else can take over on the consent page', async () => {
    const { site, page, button, logIn } = visit()
    await page.goto(site.authorizeUrl())
    await logIn()
    await page.getByRole('link', { name: 'Not you?' }).click()
    await page.getByLabel('User name or e-mail').fill('grace')
    await page.getByLabel('Password', { exact: true }).fill('analytical engine')
    await button('Log in').click()
    await page.getByText('Logged in as grace').waitFor()
  })

  it('connected apps: look, revoke, and be asked again', async () => {
    const { site, page, button, heading, connect } = visit()
    const { refresh_token } = await connect()
    await page.goto(`${site.issuer}/oauth/apps`)
    await page.getByRole('heading', { name: 'Field Notes' }).waitFor()
    await page.getByText('Change your notes').waitFor()
    await page.getByText('Disconnect app').click()
    expect(await button('Disconnect Field Notes').isVisible()).toBe(true)
    await button('Disconnect Field Notes').click()
    await page.getByRole('status').getByText('The access has ended.').waitFor()
    await page.getByText('No app has access to your account.').waitFor()
    expect((await site.refresh(refresh_token)).error).toBe('invalid_grant')
    await page.goto(site.authorizeUrl())
    await heading('Allow Field Notes to use your account?')
  })

  it('several connections of one app end one by one', async () => {
    const { site, page, button, atClient, connect } = visit()
    const first = await connect()
    await page.goto(site.authorizeUrl({ scope: 'read' }))
    await atClient()
    const second = await site.redeem()
    await page.goto(`${site.issuer}/oauth/apps`)
    await page.getByText('End this connection').first().click()
    await button('End connection 1 of Field Notes').click()
    await page.getByText('The access has ended.').waitFor()
    const errors = [await site.refresh(first.refresh_token), await site.refresh(second.refresh_token)].map(
      (a) => a.error,
    )
    expect(errors.filter((error) => error === 'invalid_grant')).toHaveLength(1)
    await page.goto(`${site.issuer}/oauth/apps?revoked=1`)
    await page.getByText('Disconnect app').click()
    await button('Disconnect Field Notes').click()
    await page.getByText('No app has access to your account.').waitFor()
  })

  it('connected apps without a login: the login leads there', async () => {
    const { site, page, heading, logIn } = visit()
    await page.goto(`${site.issuer}/oauth/apps`)
    await logIn()
    await heading('Connected apps')
    expect(page.url()).toBe(`${site.issuer}/oauth/apps`)
  })

  it('log out here, and everywhere', async () => {
    const { site, page, open, button, heading, logIn, connect } = visit()
    await connect()
    const elsewhere = await open({ javaScriptEnabled: false })
    const other = await elsewhere.newPage()
    await other.goto(`${site.issuer}/oauth/apps`)
    await logIn(other)
    await heading('Connected apps', other)
    await page.goto(`${site.issuer}/oauth/apps`)
    await page.getByRole('link', { name: 'Log out' }).click()
    await button('Log out').click()
    await heading('You are logged out')
    expect([await isLoggedIn(page), await isLoggedIn(other)]).toEqual([false, true])
    await page.goto(`${site.issuer}/oauth/apps`)
    await logIn()
    await page.getByRole('link', { name: 'Log out' }).click()
    await button('Log out everywhere').click()
    await heading('You are logged out')
    expect([await isLoggedIn(page), await isLoggedIn(other)]).toEqual([false, false])
    await elsewhere.close()
  })

  it.each(['127.0.0.1', '[::1]'])(
    'a native client on %s gets its answer on its own port, after a warning',
    async (host) => {
      const { site, page, button, atClient, logIn } = visit()
      const redirect_uri = site.callback.replace('127.0.0.1', host)
      await page.goto(site.authorizeUrl({ client_id: 'desktop', redirect_uri }))
      await logIn()
      await page.getByText('Nobody has checked who is behind this name.').waitFor()
      await button('Allow').click()
      await atClient()
      expect(site.answers.at(-1)?.has('code')).toBe(true)
    },
  )

  it.each([
    ['off', 'a button posts it'],
    ['on', 'it posts itself'],
  ])('an answer in a form, scripts %s: %s', async (scripts) => {
    const { site, open, heading, button, atClient, logIn } = visit()
    const context = await open({ javaScriptEnabled: scripts === 'on' })
    const page = await context.newPage()
    await page.goto(site.authorizeUrl({ response_mode: 'form_post' }))
    await logIn(page)
    await button('Allow', page).click()
    if (scripts === 'off') {
      await heading('One more step', page)
      await button('Continue', page).click()
    }
    await atClient(page)
    expect((await site.redeem()).scope).toBe('read write')
    await context.close()
  })

  it('a native client with a scheme of its own gets its answer: no policy stands in the way', async () => {
    const { site, page, button, logIn } = visit()
    await page.goto(site.authorizeUrl({ client_id: 'desktop', redirect_uri: 'com.example.notes:/cb' }))
    await logIn()
    const failed = page.waitForEvent('requestfailed')
    await button('Allow').click()
    // No app of this machine answers to the scheme. Had the policy forbidden it, the browser would complain of that.
    expect((await failed).url()).toBe(`${site.issuer}/oauth/consent`)
  })
})

describe('two tabs, the back button and a double click', () => {
  it('two logins in two tabs both finish', async () => {
    const { site, context, page, button, heading, atClient, logIn } = visit()
    const second = await context.newPage()
    await page.goto(site.authorizeUrl({ state: 'one' }))
    await second.goto(site.authorizeUrl({ state: 'two', scope: 'read' }))
    await logIn()
    await heading('Allow Field Notes to use your account?')
    await logIn(second)
    await button('Allow', second).click()
    await atClient(second)
    // The first page was shown to the login before, of the same person.
    await button('Allow').click()
    await atClient()
    expect(site.answers.map((answer) => [answer.get('state'), answer.has('code')])).toEqual([
      ['two', true],
      ['one', true],
    ])
  })

  it('two consent pages in two tabs both give a code', async () => {
    const { site, context, page, button, atClient, logIn } = visit()
    await page.goto(site.authorizeUrl({ state: 'one' }))
    await logIn()
    const second = await context.newPage()
    await second.goto(site.authorizeUrl({ state: 'two' }))
    for (const tab of [page, second]) {
      await button('Allow', tab).click()
      await atClient(tab)
    }
    expect(site.answers.map((answer) => answer.has('code'))).toEqual([true, true])
  })

  it('a double click on Log in and on Allow gives one code', async () => {
    const { site, page, button, heading, atClient } = visit()
    await page.goto(site.authorizeUrl())
    await page.getByLabel('User name or e-mail').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill('analytical engine')
    await button('Log in').dblclick()
    await heading('Allow Field Notes to use your account?')
    await button('Allow').dblclick()
    await atClient()
    expect(new Set(site.answers.map((answer) => answer.get('code'))).size).toBe(1)
    expect((await site.redeem()).scope).toBe('read write')
  })

  it('back to the login page and through it again', async () => {
    const { site, page, button, heading, atClient, logIn } = visit()
    await page.goto(site.authorizeUrl())
    await logIn()
    await heading('Allow Field Notes to use your account?')
    await page.goBack()
    await logIn()
    await button('Allow').click()
    await atClient()
    expect(site.answers.at(-1)?.has('code')).toBe(true)
  })

  it('back to the consent page after it was answered: the same answer, or a page that blames nobody', async () => {
    const { page, button, connect } = visit()
    await connect()
    await page.goBack()
    if (await button('Allow').isVisible()) await button('Allow').click()
    const title = await page.title()
    expect(['Client', 'This was answered already']).toContain(title)
    expect(await page.locator('body').textContent()).not.toMatch(/you made|your mistake|not valid|wrong/i)
  })

  it('back to the connected apps after revoking, and once more', async () => {
    const { site, page, button, connect } = visit()
    await connect()
    await page.goto(`${site.issuer}/oauth/apps`)
    await page.getByText('Disconnect app').click()
    await button('Disconnect Field Notes').click()
    await page.getByText('The access has ended.').waitFor()
    await page.goBack()
    const again = page.getByText('Disconnect app')
    if (await again.isVisible()) {
      // The browser may have kept what was open.
      if (!(await button('Disconnect Field Notes').isVisible())) await again.click()
      await button('Disconnect Field Notes').click()
    }
    await page.getByText('No app has access to your account.').waitFor()
  })
})

describe('with the keyboard alone', () => {
  it('from the login to the client', async () => {
    const { site, page, heading, atClient } = visit()
    await page.goto(site.authorizeUrl())
    // The field for the name has the focus already.
    await page.keyboard.type('ada')
    await page.keyboard.press('Tab')
    await page.keyboard.type('analytical engine')
    await page.keyboard.press('Enter')
    await heading('Allow Field Notes to use your account?')
    const focused: string[] = []
    const focus = () => page.locator(':focus').evaluate((e) => (e.closest('label') ?? e).textContent?.trim() ?? '')
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press('Tab')
      focused.push(await focus())
      if (focused.at(-1) === 'Change your notes') await page.keyboard.press('Space')
    }
    expect(focused).toEqual(['Not you?', 'Change your notes', 'Deny', 'Allow', 'Privacy policy', 'Terms of use'])
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await atClient()
    expect((await site.redeem()).scope).toBe('read')
  })

  it('every stop shows where it is', async () => {
    const { site, page, connect } = visit()
    await connect()
    await page.goto(`${site.issuer}/oauth/apps`)
    for (const stop of ['Log out', 'Disconnect app', 'Disconnect Field Notes']) {
      await page.keyboard.press('Tab')
      expect(await page.locator(':focus').textContent()).toBe(stop)
      const style = await page.locator(':focus').evaluate((element) => getComputedStyle(element).outlineStyle)
      expect(style).toBe('solid')
      // Opens the question, and nothing else.
      if (stop === 'Disconnect app') await page.keyboard.press('Enter')
    }
    await page.keyboard.press('Enter')
    await page.getByText('The access has ended.').waitFor()
  })
})
