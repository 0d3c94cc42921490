/**
 * Ada at her browser, and what she does at every client and at the provider.
 *
 * @module
 */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { startChromium } from '../browser/chromium.js'
import { openBrowserAt, type Person } from '../starters/person.js'

export interface Ada extends Person {
  /** Agrees to everything that the client wants to know. */
  allow(): Promise<void>
  /** From the provider's login page back to the client. */
  logInAndAllow(): Promise<void>
  /** Waits for the provider's login page: nobody is logged in there. */
  mustLogIn(): Promise<void>
  /** Agrees to a logout that the client has asked for. */
  logOutAsAsked(): Promise<void>
}

/** A browser of her own for each test, which must not have complained of anything afterwards. */
export function adas(): () => Ada {
  let browser: Browser
  let ada: Ada
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    const person = await openBrowserAt(browser, 1280)
    const allow = async () => {
      await person.reads('Allow The Forum to use your account?')
      await person.press('Allow')
    }
    ada = {
      ...{ ...person, allow },
      async logInAndAllow() {
        await person.logIn('ada', 'analytical-engine')
        await allow()
      },
      mustLogIn: () => person.page.getByLabel('User name').waitFor(),
      async logOutAsAsked() {
        await person.reads('Log out?')
        await person.sees('The Forum has sent you here to log out.')
        await person.press('Log out')
      },
    }
  })
  afterEach(async () => {
    await ada.page.context().close()
    expect(ada.problems).toEqual([])
  })
  return () => ada
}
