/**
 * The page where a person decides what a client may do. Pure.
 *
 * @module
 */
import type { HttpResponse } from '../message.js'
import { displayText, html } from './html.js'
import { pageResponse } from './layout.js'
import { en, type Messages } from './messages.js'

export interface ConsentView {
  /** Path to which the form is posted, with `decision` = `allow` or `deny`. */
  readonly action: string
  /** The pending authorization request; goes into the hidden field `pending`. */
  readonly handle: string
  /** Binds the form to login and browser; goes into the hidden field `page_token`. */
  readonly pageToken: string
  readonly clientName?: string | undefined
  /** Shown when the client has no name. */
  readonly clientId: string
  /** Where the browser will be sent: a host, or the scheme of an app. */
  readonly redirectHost: string
  /** Whether anybody could pretend to be this client: it says so, in a warning. */
  readonly unverified: boolean
  /** Who is logged in, as they would know themselves. */
  readonly subjectLabel: string
  /** Path where somebody else can log in. */
  readonly switchUrl?: string | undefined
  readonly resources: readonly ConsentResource[]
  /** Where the browser may be sent after the post, besides this server: sources for `form-action`. */
  readonly formAction: readonly string[]
}

/** What is asked of one API, in the words of the app. */
export interface ConsentResource {
  readonly resource: string
  readonly scopes: readonly { readonly name: string; readonly text: string }[]
}

export function consentPage(view: ConsentView, messages: Messages = en): HttpResponse {
  const { action, handle, pageToken, switchUrl, formAction } = view
  const text = messages.consent
  const client = displayText(view.clientName ?? '', 80) || displayText(view.clientId, 80)
  const name = html`<bdi>${client}</bdi>`
  const resources = view.resources.filter(({ scopes }) => scopes.length > 0)
  const body = html`
<h1>${text.heading(name)}</h1>
<p class="who"><span>${text.loggedInAs(html`<bdi>${displayText(view.subjectLabel, 80)}</bdi>`)}</span>
${switchUrl !== undefined && html`<a href="${switchUrl}">${text.switchUser}</a>`}</p>
<p>${resources.length > 0 ? text.scopes : text.noScopes}</p>
${resources.map(
  ({ resource, scopes }) => html`<section class="resource">
<h2><bdi>${displayText(withoutScheme(resource), 120)}</bdi></h2>
<ul>${scopes.map((scope) => html`<li>${displayText(scope.text, 300) || displayText(scope.name, 120)}</li>`)}</ul>
</section>`,
)}
${view.unverified && html`<p class="note warning">${text.unverified}</p>`}
<form method="post" action="${action}">
<input type="hidden" name="pending" value="${handle}">
<input type="hidden" name="page_token" value="${pageToken}">
<div class="choice">
<button type="submit" name="decision" value="deny">${text.deny}</button>
<button type="submit" name="decision" value="allow">${text.allow}</button>
</div>
</form>
<p class="fine">${text.redirect(html`<bdi>${displayText(view.redirectHost, 255)}</bdi>`)}</p>
`
  return pageResponse({ title: text.title(client), body, formAction: ["'self'", ...formAction], messages })
}

const withoutScheme = (resource: string): string => resource.replace(/^https?:\/\//, '').replace(/\/$/, '')
