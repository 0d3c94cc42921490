/**
 * The browser.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'

const options = {
  executablePath: '/usr/bin/chromium',
  args: [
    ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    ...['--disable-component-update', '--disable-sync'],
  ],
}

/** @param hosts rules for names that only this browser knows, such as `MAP auth 127.0.0.1`. */
export const startChromium = (hosts = ''): Promise<Browser> =>
  chromium.launch({ ...options, args: [...options.args, ...(hosts ? [`--host-resolver-rules=${hosts}`] : [])] })

/** A browser whose owner has switched cookies off in its settings. `profile` is an empty folder. */
export function startWithoutCookies(profile: string): Promise<BrowserContext> {
  mkdirSync(join(profile, 'Default'), { recursive: true })
  const block = 2
  writeFileSync(
    join(profile, 'Default/Preferences'),
    JSON.stringify({ profile: { default_content_setting_values: { cookies: block } } }),
  )
  return chromium.launchPersistentContext(profile, options)
}
