/**
 * The page that asks whether somebody wants to log out, and the one that says that they are. Pure.
 *
 * @module
 */
import type { HttpResponse } from '../message.js'
import { displayText, html } from './html.js'
import { pageResponse } from './layout.js'
import { en, type Messages } from './messages.js'

export interface LogoutView {
  /** Path to which the form is posted, with `where` = `here` or `everywhere`. */
  readonly action: string
  /** Binds the form to login and browser; goes into the hidden field `page_token`. */
  readonly pageToken: string
  /** Who is logged in, as they would know themselves. */
  readonly subjectLabel: string
  /** Path of the connected apps. */
  readonly appsUrl: string
  /** Where they can be logged out: in this browser, in every one. */
  readonly here: boolean
  readonly everywhere: boolean
  /** Whether a form was posted that had been shown to another login. */
  readonly again: boolean
}

export function logoutPage(view: LogoutView, messages: Messages = en): HttpResponse {
  const { action, pageToken, here, everywhere } = view
  const text = messages.logout
  const body = html`
<h1>${text.title}</h1>
<p class="who"><span>${messages.consent.loggedInAs(html`<bdi>${displayText(view.subjectLabel, 80)}</bdi>`)}</span></p>
${view.again && html`<p class="note warning" role="status">${text.again}</p>`}
<p>${text.explanation} <a href="${view.appsUrl}">${messages.apps.title}</a></p>
<form method="post" action="${action}">
<input type="hidden" name="page_token" value="${pageToken}">
${here && html`<button type="submit" name="where" value="here">${text.here}</button>`}
${here && everywhere && html`<p>${text.everywhereExplanation}</p>`}
${everywhere && html`<button type="submit" class="quiet" name="where" value="everywhere">${text.everywhere}</button>`}
</form>
`
  return pageResponse({ title: text.title, body, formAction: ["'self'"], messages })
}

export function loggedOutPage(messages: Messages = en): HttpResponse {
  const { doneTitle, done } = messages.logout
  return pageResponse({ title: doneTitle, body: html`<h1>${doneTitle}</h1><p>${done}</p>`, messages })
}
