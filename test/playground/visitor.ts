/**
 * A person at a browser, played with `fetch`: keeps cookies, follows redirects, fills in the forms that come along.
 *
 * @module
 */
export interface Visitor {
  /** Goes to a URL and on through redirects, to a page or to a redirect that leads to `until`. */
  visit(url: string, until?: string): Promise<Page>
  /** Fills in the form of a page, presses the button with this value (else the first), and goes on from there. */
  submit(page: Page, fields: Record<string, string>, until?: string): Promise<Page>
  /** Posts a form without having a page for it. */
  post(url: string, fields: Record<string, string>): Promise<Page>
  /** The `Cookie` header that this browser sends. */
  cookie(): string
}

export interface Page {
  readonly url: URL
  readonly status: number
  readonly html: string
}

export function visitor(): Visitor {
  const cookies = new Map<string, string>()

  const cookie = () => [...cookies].map((pair) => pair.join('=')).join('; ')

  async function go(start: URL, body: URLSearchParams | null, until: string | undefined): Promise<Page> {
    let url = start
    let form = body
    for (let hop = 0; hop < 10; hop++) {
      if (until !== undefined && url.href.startsWith(until)) return { url, status: 0, html: '' }
      const response = await fetch(url, {
        method: form ? 'POST' : 'GET',
        body: form,
        redirect: 'manual',
        headers: {
          cookie: cookie(),
          ...(form && { origin: url.origin, 'sec-fetch-site': 'same-origin' }),
        },
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(name, value)
      }
      const html = await response.text()
      const location = response.headers.get('location')
      if (!location) return { url, status: response.status, html }
      url = new URL(location, url)
      form = null
    }
    throw new Error(`The redirects do not end; the last was ${url}`)
  }

  return {
    visit: (url, until) => go(new URL(url), null, until),
    post: (url, fields) => go(new URL(url), new URLSearchParams(fields), undefined),
    cookie,
    async submit(page, fields, until) {
      const [, attributes = '', content = ''] = /<form\b([^>]*)>([\s\S]*?)<\/form>/.exec(page.html) ?? []
      const form = new URLSearchParams()
      for (const [tag] of content.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)) {
        form.set(attribute(tag, 'name'), attribute(tag, 'value'))
      }
      for (const [name, value] of Object.entries(fields)) form.set(name, value)
      return go(new URL(attribute(`<form ${attributes}>`, 'action'), page.url), form, until)
    },
  }
}

const attribute = (tag: string, name: string): string => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
