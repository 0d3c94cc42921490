/**
 * The frame of every page, and the headers that guard it: no script but one with a nonce, no framing, no cache, no referrer,
 * and forms that lead only where the page says.
 *
 * @module
 */
import type { HttpResponse } from '../message.js'
import { constantMarkup, type Html, html, render } from './html.js'
import { en, type Messages } from './messages.js'
import { css, cssSource } from './style.js'

export interface Page {
  /** @default 200 */
  readonly status?: number | undefined
  readonly title: string
  readonly body: Html
  /** Where forms of the page may lead, redirects included: sources of CSP's `form-action`. @default none */
  readonly formAction?: readonly string[] | undefined
  /** An image that the page shows: an `https` URL for which {@link imageSource} knows a source. @default none */
  readonly image?: string | undefined
  /** Submits the page's form at once; the value is the nonce of the script that does it, fresh for each page. */
  readonly autoSubmit?: string | undefined
  readonly messages?: Messages | undefined
}

/** @throws {TypeError} when a source or the nonce would break out of the policy. */
export function pageResponse(page: Page, headers: HttpResponse['headers'] = []): HttpResponse {
  const { status = 200, title, body, formAction = [], image, autoSubmit, messages = en } = page
  const document = html`<!doctype html>
<html lang="${messages.locale}" dir="${messages.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${constantMarkup(css)}</style>
</head>
<body>
<main>${body}</main>
${autoSubmit !== undefined && html`<script nonce="${autoSubmit}">document.forms[0].submit()</script>`}
</body>
</html>
`
  return {
    status,
    headers: [
      ['content-type', 'text/html; charset=utf-8'],
      ['content-language', messages.locale],
      ['content-security-policy', policy(formAction, image, autoSubmit)],
      // RFC 9700 §4.16: for browsers that do not know frame-ancestors.
      ['x-frame-options', 'DENY'],
      // RFC 9700 §4.2.4: the page's own URL may hold a request's handle.
      ['referrer-policy', 'no-referrer'],
      ['x-content-type-options', 'nosniff'],
      ['cache-control', 'no-store'],
      ['pragma', 'no-cache'],
      ...headers,
    ],
    body: render(document),
  }
}

/**
 * The source that lets a form lead to a redirect URI, by way of a redirect too: its origin, or the scheme of an app. CSP has
 * no notation for the address `[::1]`, for which it is all of `http:`.
 *
 * @see {@link https://www.w3.org/TR/CSP3/#directive-form-action CSP 3 §6.4.1}
 */
export function formActionSource(redirectUri: string): string {
  const { origin, protocol, hostname } = new URL(redirectUri)
  return (protocol === 'https:' || protocol === 'http:') && !hostname.startsWith('[') ? origin : protocol
}

/**
 * The source that lets a page show one image and no other: its URL without the query, which a policy cannot name. Null for what is
 * not `https`, or would stand for more than one image.
 *
 * @see {@link https://www.w3.org/TR/CSP3/#match-paths CSP 3 §6.7.2.12}
 */
export function imageSource(url: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(url) || !URL.canParse(url)) return null
  const { protocol, origin, pathname } = new URL(url)
  // In a policy, commas and semicolons would end the source.
  const source = origin + pathname.replaceAll(',', '%2C').replaceAll(';', '%3B')
  return protocol === 'https:' && /^https:\/\/[a-z0-9._-]+(?::[0-9]+)?\/[\x21-\x7e]*[^/]$/.test(source) ? source : null
}

function policy(formAction: readonly string[], image: string | undefined, nonce: string | undefined): string {
  const imageFrom = image === undefined ? null : imageSource(image)
  if (image !== undefined && imageFrom === null) {
    throw new TypeError('pageResponse: image is not the https URL of one image')
  }
  for (const source of formAction) {
    if (!/^(?:'self'|[a-z][a-z0-9+.-]*:(?:\/\/[a-z0-9._-]+(?::[0-9]+)?)?)$/.test(source)) {
      throw new TypeError('pageResponse: formAction has something that is not a source')
    }
  }
  if (nonce !== undefined && !/^[A-Za-z0-9_-]{16,}$/.test(nonce)) {
    throw new TypeError('pageResponse: the nonce must be at least 16 characters of base64url')
  }
  return [
    "default-src 'none'",
    `style-src ${cssSource}`,
    ...(imageFrom === null ? [] : [`img-src ${imageFrom}`]),
    ...(nonce === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
    `form-action ${formAction.join(' ') || "'none'"}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}
