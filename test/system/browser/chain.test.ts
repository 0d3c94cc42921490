/**
 * A client's callback that answers with one more redirect, to another origin or to its app on the device: Chromium holds the whole chain after a
 * form to the `form-action` of the form's page. The person must still arrive, and no page holds the code.
 */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Site } from './site.js'
import { visits } from './visit.js'

const visit = visits()

const clientOf = { asked: 'notes', remembered: 'notes', 'first-party': 'own' } as const
const chains = Object.keys(clientOf) as (keyof typeof clientOf)[]

const answered = (site: Site, times: number) => expect.poll(() => site.answers.length, { timeout: 15_000 }).toBe(times)

/** Goes through login and, where it is asked, consent, with a callback that goes on; what Chromium refused on the way. */
async function goThrough(consent: keyof typeof clientOf, path: 'hop' | 'app', more: Record<string, string> = {}) {
  const { site, context, button, logIn } = visit()
  let { page } = visit()
  const refused: string[] = []
  const listen = (tab: Page) =>
    tab.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) refused.push(message.text())
    })
  listen(page)
  const redirect_uri = site.callback.replace(/cb$/, path)
  const ask = (prompt: Record<string, string> = {}) =>
    page.goto(site.authorizeUrl({ client_id: clientOf[consent], redirect_uri, ...more, ...prompt }))
  await ask()
  await logIn(page)
  if (consent !== 'first-party') await button('Allow').click()
  // Without scripts, somebody has to press the button.
  if (more.response_mode === 'form_post') await button('Continue').click()
  await answered(site, 1)
  if (consent === 'remembered') {
    page = await context.newPage()
    listen(page)
    await ask({ prompt: 'login' })
    await logIn(page)
    await answered(site, 2)
  }
  return { site, page, refused }
}

describe('a callback that goes on to another origin', () => {
  it.each(chains)('is reached and left, with consent that is %s', async (consent) => {
    const { site, page, refused } = await goThrough(consent, 'hop')
    await page.waitForURL(/^http:\/\/localhost:[0-9]+\/done$/)
    expect(await page.title()).toBe('Client')
    expect(site.answers.at(-1)?.get('code')).toMatch(/^gwac_/)
    expect(refused).toEqual([])
  })

  it('is reached and left by a form, too', async () => {
    const { page, refused } = await goThrough('asked', 'hop', { response_mode: 'form_post' })
    await page.waitForURL(/^http:\/\/localhost:[0-9]+\/done$/)
    expect(refused).toEqual([])
  })
})

describe('a callback that goes on to the app on the device', () => {
  it.each(chains)('is not held back, with consent that is %s', async (consent) => {
    const { site, refused } = await goThrough(consent, 'app')
    expect(site.answers.at(-1)?.get('code')).toMatch(/^gwac_/)
    expect(refused).toEqual([])
  })
})
