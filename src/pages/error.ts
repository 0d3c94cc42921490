/**
 * The page that says what went wrong, whose fault it probably is, and what to do about it. No detail beyond a code of the
 * protocol and a reference that the server's event carries too. Pure.
 *
 * @module
 */
import { minutesIn } from './formats.js'
import { displayText, html } from './html.js'
import type { Page } from './layout.js'
import { fillText, type Messages, type Problem } from './messages.js'
import { type Ways, waysOf } from './ways.js'

export interface ErrorView extends Ways {
  readonly page: 'error'
  /** What keeps the request from going on; `messages.problem` has the words for it. */
  readonly problem: Problem
  readonly status: number
  /** The protocol's error code, for example `invalid_request`. */
  readonly code?: string | undefined
  /** What the person can tell support, and support can find in the events. */
  readonly reference?: string | undefined
  /** What the developers of the app should know, in English. */
  readonly detail?: string | undefined
  /** The redirect URI of a request, as it was received, and not fit to be a link. Only where the issuer is `http`: to its developer. */
  readonly redirectUri?: string | undefined
  /** Seconds after which it is worth another try. */
  readonly retryAfter?: number | undefined
}

export function errorPage(view: ErrorView, messages: Messages): Page {
  const { problem, code, reference, detail, clientName, redirectUri, retryAfter } = view
  const { title, explanation, advice } = messages.problem[problem]
  const text = messages.error
  const fact = (name: string, value: string | undefined) =>
    value !== undefined && html`<dt>${name}</dt><dd><code dir="ltr">${displayText(value, 200)}</code></dd>`
  const client = displayText(clientName ?? '', 80)
  const body = html`
<div class="trouble"><h1>${title}</h1>
<p>${explanation}</p></div>
<p>${advice}</p>
${problem === 'tooMany' && retryAfter !== undefined && html`<p>${fillText(text.wait, { wait: minutesIn(messages.locale, retryAfter) })}</p>`}
${detail !== undefined && html`<p class="note warning">${text.detail} <span lang="en" dir="ltr">${displayText(detail, 400)}</span></p>`}
${(code ?? reference ?? redirectUri ?? (client || undefined)) !== undefined && html`<dl>${client !== '' && html`<dt>${text.client}</dt><dd><bdi>${client}</bdi></dd>`}${fact(text.redirectUri, redirectUri)}${fact(text.code, code)}${fact(text.reference, reference)}</dl>`}
${waysOf(view, messages)}
`
  return { title, body }
}
