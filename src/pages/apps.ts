/**
 * The page that shows which apps may use a person's account, and ends that. Pure.
 *
 * @module
 */
import type { HttpResponse } from '../message.js'
import { type ConsentResource, withoutScheme } from './consent.js'
import { displayText, type Html, html } from './html.js'
import { pageResponse } from './layout.js'
import { en, type Messages } from './messages.js'

export interface AppsView {
  /** Path to which the form is posted, with `client_id`, `grant` or `all`: what is to end. */
  readonly action: string
  /** Binds the form to login and browser; goes into the hidden field `page_token`. */
  readonly pageToken: string
  /** Who is logged in, as they would know themselves. */
  readonly subjectLabel: string
  /** Path of the page where they can log out. */
  readonly logoutUrl?: string | undefined
  readonly apps: readonly ConnectedApp[]
  /** Whether there are more logins than are shown. */
  readonly more: boolean
  readonly notice?: 'revoked' | 'again' | undefined
}

export interface ConnectedApp {
  readonly clientId: string
  readonly clientName?: string | undefined
  /** One for each login. Empty when only the consent is remembered. */
  readonly grants: readonly ConnectedGrant[]
  /** What was agreed to; of each login when they differ. */
  readonly rights: readonly ConsentResource[]
}

/** Times in epoch milliseconds. */
export interface ConnectedGrant {
  readonly id: string
  readonly since: number
  readonly lastUsed: number
  /** Only what it has less than the app altogether. */
  readonly rights?: readonly ConsentResource[] | undefined
}

export function appsPage(view: AppsView, messages: Messages = en): HttpResponse {
  const { action, pageToken, logoutUrl, apps, notice } = view
  const text = messages.apps
  const body = html`
<h1>${text.title}</h1>
<p class="who"><span>${messages.consent.loggedInAs(html`<bdi>${displayText(view.subjectLabel, 80)}</bdi>`)}</span>
${logoutUrl !== undefined && html`<a href="${logoutUrl}">${messages.logout.here}</a>`}</p>
${notice && html`<p class="note ${notice === 'again' ? 'warning' : 'info'}" role="status">${text[notice]}</p>`}
<p>${apps.length > 0 ? text.explanation : text.none}</p>
${
  apps.length > 0 &&
  html`<form method="post" action="${action}">
<input type="hidden" name="page_token" value="${pageToken}">
${apps.map((app) => appSection(app, messages))}
${view.more && html`<p class="fine">${text.more}</p>`}
${
  apps.length > 1 &&
  html`<details><summary>${text.revokeAllSummary}</summary>
<p>${text.revokeAllExplanation}</p>
<button type="submit" class="danger-button" name="all" value="yes">${text.revokeAll}</button>
</details>`
}
</form>`
}
`
  return pageResponse({ title: text.title, body, formAction: ["'self'"], messages })
}

function appSection({ clientId, clientName, grants, rights }: ConnectedApp, messages: Messages): Html {
  const text = messages.apps
  const name = displayText(clientName ?? '', 80) || displayText(clientId, 80)
  const [only, ...others] = grants
  return html`<section class="app">
<h2><bdi>${name}</bdi></h2>
${rightsList(rights, messages)}
${!only && html`<p class="times">${text.remembered}</p>`}
${only && others.length === 0 && times(only, messages)}
${
  others.length > 0 &&
  html`<p class="times">${text.logins(grants.length)}</p>
<ol class="devices">${grants.map(
    (grant, i) => html`<li><div>${times(grant, messages)}${grant.rights && rightsList(grant.rights, messages)}</div>
<button type="submit" class="small" name="grant" value="${grant.id}" aria-label="${text.revokeOneOf(name, i + 1)}">${text.revokeOne}</button></li>`,
  )}</ol>`
}
<button type="submit" class="quiet" name="client_id" value="${clientId}" aria-label="${text.revokeOf(name)}">${text.revoke}</button>
</section>`
}

function rightsList(rights: readonly ConsentResource[], { apps }: Messages): Html {
  return html`${rights.map(
    ({ resource, scopes }) => html`<h3><bdi>${displayText(withoutScheme(resource), 120)}</bdi></h3>
<ul>${scopes.map(({ name, text }) => html`<li>${displayText(text, 300) || displayText(name, 120)}</li>`)}${scopes.length === 0 && html`<li>${apps.plainAccess}</li>`}</ul>`,
  )}`
}

function times({ since, lastUsed }: ConnectedGrant, { apps }: Messages): Html {
  const time = (at: number, words: string) => html`<time datetime="${new Date(at).toISOString()}">${words}</time>`
  return html`<p class="times">${apps.since(time(since, apps.date(since)))}<br>
${apps.lastUsed(time(lastUsed, apps.dateTime(lastUsed)))}</p>`
}
