/**
 * The frame of every page that ships. It needs no script.
 *
 * @module
 */
import type { HttpResponse } from '../edge/message.js'
import type { Frame } from './frame.js'
import { constantMarkup, type Html, html, render } from './html.js'
import { guardHeaders, imageSource } from './policy.js'

/** What the frame is put around. */
export interface Page {
  readonly title: string
  readonly body: Html
  /** An image that the page shows: an `https` URL for which {@link imageSource} knows a source. @default none */
  readonly image?: string | undefined
  /** Whether a script submits the page's form at once. @default false */
  readonly autoSubmit?: boolean | undefined
}

/**
 * @param nonce fresh for each page that submits itself.
 * @param formAction where forms of the page may lead, redirects included: sources of CSP's `form-action`; null for anywhere.
 * @throws {TypeError} when a source or the nonce would break out of the policy.
 */
export function pageDocument(
  { title, body, image, autoSubmit }: Page,
  frame: Frame,
  formAction: readonly string[] | null,
  nonce?: string,
): Pick<HttpResponse, 'headers' | 'body'> {
  const { messages, style, brand } = frame
  const document = html`<!doctype html>
<html lang="${messages.locale}" dir="${messages.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}${brand?.productName !== undefined && ` · ${brand.productName}`}</title>
<style>${constantMarkup(style.css)}</style>
</head>
<body>
${brand?.header}
<main>${body}</main>
${autoSubmit && html`<script nonce="${nonce}">document.forms[0].submit()</script>`}
</body>
</html>
`
  return {
    headers: [
      ['content-type', 'text/html; charset=utf-8'],
      ['content-language', messages.locale],
      ...guardHeaders({
        'style-src': [style.source],
        'img-src': [...(image === undefined ? [] : [sourceOf(image)]), ...(brand?.imageSources ?? [])],
        'script-src': autoSubmit ? [`'nonce-${nonce}'`] : [],
        'form-action': formAction,
      }),
    ],
    body: render(document),
  }
}

function sourceOf(image: string): string {
  const source = imageSource(image)
  if (source === null) throw new TypeError('pageDocument: image is not the https URL of one image')
  return source
}
