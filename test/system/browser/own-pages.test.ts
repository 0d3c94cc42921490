/**
 * Pages by the app's own hand, under the policy that the server sends with them: what they may do works without a complaint of the
 * browser, and what they may not does not.
 */
import { describe, expect, it } from 'vitest'
import type { PagesOptions } from '../../../src/index.js'
import { visits } from './visit.js'

/** Good enough for these names; an app has its own way to escape. */
const form = ({ action, hidden }: { action: string; hidden: object }, content: string) =>
  `<form method="post" action="${action}">${Object.entries(hidden)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
    .join('')}${content}</form>`

const documentOf = (head: string, body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Acme</title>${head}<h1>Acme</h1>${body}</html>`

const loginFields = `<label>User name or e-mail <input name="username"></label>
<label>Password <input name="password" type="password"></label><button>Log in</button>`

const render: PagesOptions['render'] = (view, { nonce }) => {
  if (view.page === 'login') return documentOf('', form(view.form, loginFields))
  if (view.page !== 'consent') return undefined
  return documentOf(
    `<style nonce="${nonce}">h1 { color: rgb(1, 2, 3) }</style>
<script nonce="${nonce}">addEventListener('DOMContentLoaded', () => { document.querySelector('h1').textContent = 'Ready' })</script>`,
    form(view.form, '<button name="decision" value="allow">Allow</button>'),
  )
}

describe('a document of the app', () => {
  const visit = visits({}, { pages: () => ({ render }) })

  it('runs the script and shows the style that carry the nonce, and its forms lead to the client', async () => {
    const { site, page, logIn, button, heading, atClient } = visit()
    await page.goto(site.authorizeUrl())
    await logIn()
    await heading('Ready')
    expect(await page.locator('h1').evaluate((h1) => getComputedStyle(h1).color)).toBe('rgb(1, 2, 3)')
    await button('Allow').click()
    await atClient()
    expect((await site.redeem()).scope).toBe('read')
  })

  it('runs nothing else', async () => {
    const { site, page, logIn, heading, complaints } = visit()
    await page.goto(site.authorizeUrl())
    await logIn()
    await heading('Ready')
    const refused = await page.evaluate(async () => {
      const violation = new Promise((resolve) => addEventListener('securitypolicyviolation', resolve, { once: true }))
      const script = document.createElement('script')
      script.textContent = "document.title = 'taken'"
      document.head.append(script)
      return violation.then((event) => (event as SecurityPolicyViolationEvent).effectiveDirective)
    })
    expect(refused).toBe('script-src-elem')
    expect(await page.title()).toBe('Acme')
    expect(complaints.splice(0).join()).toContain('Content Security Policy')
  })
})

describe('a front end of the app on another origin', () => {
  const visit = visits(undefined, {
    pages: (frontEnd, issuer) => ({
      frontEnds: [frontEnd],
      render: (view) => {
        if (view.page !== 'login') return undefined
        const { action, hidden } = view.form
        return {
          redirect: `${frontEnd}/?${new URLSearchParams({ action: issuer + action, pending: hidden.pending ?? '' })}`,
        }
      },
    }),
    frontEndPage: (query) => {
      const { action = '', ...hidden } = Object.fromEntries(query)
      return documentOf('', form({ action, hidden }, loginFields))
    },
  })

  it('logs people in', async () => {
    const { site, page, logIn, heading } = visit()
    await page.goto(site.authorizeUrl())
    await heading('Acme')
    expect(new URL(page.url()).origin).not.toBe(site.issuer)
    await logIn()
    await heading('Allow Field Notes to use your account?')
  })
})

describe('a theme and a logo', () => {
  const pages: PagesOptions = {
    productName: 'Acme Notes',
    logo: 'https://cdn.example/logo.svg',
    theme: { accent: '#7a1f5c', radius: '4px', dark: { accent: '#f5a8d8', onAccent: '#2b0a20' } },
  }
  const visit = visits(undefined, { pages: () => pages })

  it.each([
    ['light', 'rgb(122, 31, 92)'],
    ['dark', 'rgb(245, 168, 216)'],
  ] as const)('are in force on a %s screen', async (colorScheme, accent) => {
    const { site, page } = visit()
    await page.emulateMedia({ colorScheme })
    await page.goto(site.authorizeUrl())
    const button = page.getByRole('button', { name: 'Log in' })
    expect(await button.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(accent)
    expect(await page.locator('main').evaluate((main) => getComputedStyle(main).borderRadius)).toBe('4px')
    const image = page.locator('header img')
    expect(await image.evaluate((logo: HTMLImageElement) => logo.naturalWidth)).toBeGreaterThan(0)
    expect(await page.title()).toBe('Log in · Acme Notes')
  })
})
