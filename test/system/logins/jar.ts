/**
 * A browser without scripts: keeps cookies, follows redirects on the app's host, sends forms as browsers send them.
 *
 * @module
 */
import { unescapeHtml } from '../../support/harness.js'

/** Where a walk ended: a page of the app, or a URL somewhere else, to which nothing was sent. */
export interface Place {
  readonly url: URL
  /** 0 for a URL somewhere else. */
  readonly status: number
  readonly html: string
  readonly headers: Headers
  /** Every URL on the way, the last one included. */
  readonly trail: readonly URL[]
}

export class Jar {
  readonly cookies = new Map<string, string>()
  /** Every `set-cookie` line that came. */
  readonly lines: string[] = []
  constructor(private readonly origin: string) {}

  open(url: string | URL): Promise<Place> {
    return this.walk(new URL(url, this.origin))
  }

  /** Sends the first form of a page, with its hidden fields. */
  submit(page: Place, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Place> {
    const form = /<form[^>]*>/.exec(page.html)?.[0]
    if (form === undefined) throw new Error(`There is no form at ${page.url} (${page.status}): ${page.html}`)
    const hidden = [...page.html.matchAll(/<input[^>]*>/g)].filter(([input]) => attribute(input, 'type') === 'hidden')
    const kept = hidden.map(([input]) => [attribute(input, 'name') ?? '', attribute(input, 'value') ?? ''])
    const body = new URLSearchParams({ ...Object.fromEntries(kept), ...fields })
    return this.walk(new URL(attribute(form, 'action') ?? '', page.url), { method: 'POST', headers, body })
  }

  /** One request, from a page of the app; with an `origin` of its own from somewhere else, in a browser that says no more. */
  async send(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...this.cookies].map((pair) => pair.join('=')).join('; '))
    if (init.method === 'POST' && !headers.has('origin')) {
      headers.set('origin', this.origin)
      headers.set('sec-fetch-site', 'same-origin')
    }
    const response = await fetch(new URL(url, this.origin), { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.keep(line)
    return response
  }

  private async walk(start: URL, init: RequestInit = {}): Promise<Place> {
    const trail = [start]
    let url = start
    for (let hop = 0; hop < 15; hop++) {
      const response = await this.send(url, hop === 0 ? init : {})
      const location = response.headers.get('location')
      if (location === null) {
        return { url, status: response.status, html: await response.text(), headers: response.headers, trail }
      }
      await response.arrayBuffer()
      url = new URL(location, url)
      trail.push(url)
      if (url.origin !== this.origin) return { url, status: 0, html: '', headers: response.headers, trail }
    }
    throw new Error(`in circles: ${trail.join(' → ')}`)
  }

  private keep(line: string): void {
    this.lines.push(line)
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const expires = /expires=([^;]+)/i.exec(line)?.[1]
    const gone = /max-age=(?:0|-\d+)(?:;|$)/i.test(line) || (expires !== undefined && Date.parse(expires) < Date.now())
    if (gone) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : unescapeHtml(value).replaceAll('&amp;', '&')
}
