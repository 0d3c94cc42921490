/**
 * A person at a browser without scripts, who logs in and allows what is asked.
 *
 * @module
 */
import type { Site } from '../../../adapters/testing/site.js'
import { formFields } from '../../support/harness.js'

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** What the person saw on the way, and where it ended: at the client, or with a page that is not understood. */
export interface Visit {
  readonly pages: readonly ('login' | 'consent')[]
  readonly callback: URL | undefined
  readonly last: { readonly status: number; readonly page: string }
}

/** Goes on from `url` until a redirect leads away from the site. A login that is refused is not tried again. */
export async function visit({ issuer, send }: Site, url: string, person: Credentials): Promise<Visit> {
  const cookies = new Map<string, string>()
  const pages: ('login' | 'consent')[] = []
  let next: { url: string; form?: URLSearchParams } = { url }
  for (let hop = 0; hop < 10; hop++) {
    const response = await send(next.url, {
      headers: {
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        ...(next.form && { origin: new URL(issuer).origin, 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(next.form && { method: 'POST', body: next.form.toString() }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const page = await response.text()
    const location = response.headers.get('location')
    const kind = /type="password"/.test(page) ? 'login' : /name="decision"/.test(page) ? 'consent' : undefined
    if (location) {
      const to = new URL(location, issuer)
      if (to.origin !== new URL(issuer).origin) return { pages, callback: to, last: { status: response.status, page } }
      next = { url: to.href }
    } else if (kind === undefined || (kind === 'login' && pages.includes('login'))) {
      return { pages, callback: undefined, last: { status: response.status, page } }
    } else {
      pages.push(kind)
      const answer = kind === 'login' ? { ...person } : { decision: 'allow' }
      const action = /<form[^>]* action="([^"]*)"/.exec(page)?.[1] ?? ''
      next = { url: new URL(action, issuer).href, form: new URLSearchParams({ ...formFields(page), ...answer }) }
    }
  }
  throw new Error(`the browser went in circles, last at ${next.url}`)
}
