/**
 * The page that says what went wrong, whose fault it probably is, and what to do about it. No detail beyond a code of the
 * protocol and a reference that the server's event carries too. Pure.
 *
 * @module
 */
import type { HttpResponse } from '../message.js'
import { displayText, html } from './html.js'
import { pageResponse } from './layout.js'
import { type ErrorText, en, type Messages } from './messages.js'

export interface ErrorView extends ErrorText {
  readonly status: number
  /** The protocol's error code, for example `invalid_request`. */
  readonly code?: string | undefined
  /** What the person can tell support, and support can find in the events. */
  readonly reference?: string | undefined
}

export function errorPage(view: ErrorView, messages: Messages = en): HttpResponse {
  const { status, title, explanation, advice, code, reference } = view
  const fact = (name: string, value: string | undefined) =>
    value !== undefined && html`<dt>${name}</dt><dd><code>${displayText(value, 80)}</code></dd>`
  const body = html`
<h1>${title}</h1>
<p>${explanation}</p>
<p>${advice}</p>
${(code ?? reference) !== undefined && html`<dl>${fact(messages.error.code, code)}${fact(messages.error.reference, reference)}</dl>`}
`
  return pageResponse({ status, title, body, messages })
}
