/**
 * The page that shows which apps may use a person's account, and ends that. Pure.
 *
 * @module
 */
import { type ConsentResource, detailsList, withoutScheme } from './consent.js'
import { formOf, type PageForm } from './form.js'
import { dateIn, dateTimeIn } from './formats.js'
import { displayText, type Html, html } from './html.js'
import type { Page } from './layout.js'
import { fill, fillText, type Messages } from './messages.js'

export interface AppsView {
  readonly page: 'apps'
  /** Wants one of `client_id`, `grant` (the id of one), or `all` = `yes`: what is to end. */
  readonly form: PageForm
  /** Who is logged in, as they would know themselves. */
  readonly subjectLabel: string
  /** Path of the page where they can log out. */
  readonly logoutUrl?: string | undefined
  readonly apps: readonly ConnectedApp[]
  /** Whether there may be more than is shown: other apps, and logins of those that are. */
  readonly more: boolean
  readonly notice?: 'revoked' | 'again' | undefined
}

export interface ConnectedApp {
  readonly clientId: string
  readonly clientName?: string | undefined
  /** One for each login. Empty when only the consent is remembered; or, with `more`, when none was found so far. */
  readonly grants: readonly ConnectedGrant[]
  /** What was agreed to; of each login when they differ. */
  readonly rights: readonly ConsentResource[]
  /** What features of the server add to that when only the consent is remembered, each in a line of its own. Absent for nothing. */
  readonly details?: readonly string[] | undefined
}

/** Times in epoch milliseconds. */
export interface ConnectedGrant {
  readonly id: string
  readonly since: number
  readonly lastUsed: number
  /** Only what it has less than the app altogether. */
  readonly rights?: readonly ConsentResource[] | undefined
  /** What features of the server add to it, each in a line of its own. Absent for nothing. */
  readonly details?: readonly string[] | undefined
}

export function appsPage(view: AppsView, messages: Messages): Page {
  const { logoutUrl, apps, notice } = view
  const text = messages.apps
  const body = html`
<h1>${text.title}</h1>
<p class="who"><span>${fill(messages.consent.loggedInAs, { user: html`<bdi>${displayText(view.subjectLabel, 80)}</bdi>` })}</span>
${logoutUrl !== undefined && html`<a href="${logoutUrl}">${messages.logout.here}</a>`}</p>
${notice && html`<p class="note ${notice === 'again' ? 'warning' : 'info'}" role="status">${text[notice]}</p>`}
<p>${apps.length > 0 ? text.explanation : view.more ? text.more : text.none}</p>
${
  (apps.length > 0 || view.more) &&
  formOf(
    view.form,
    html`${apps.map((app) => appSection(app, view.more, messages))}
${apps.length > 0 && view.more && html`<p class="fine">${text.more}</p>`}
${
  (apps.length > 1 || view.more) &&
  html`<details><summary>${text.revokeAllSummary}</summary>
<p>${text.revokeAllExplanation}</p>
<button type="submit" class="danger-button" name="all" value="yes">${text.revokeAll}</button>
</details>`
}`,
  )
}
`
  return { title: text.title, body }
}

function appSection(
  { clientId, clientName, grants, rights, details }: ConnectedApp,
  more: boolean,
  messages: Messages,
): Html {
  const text = messages.apps
  const name = displayText(clientName ?? '', 80) || displayText(clientId, 80)
  const [only, ...others] = grants
  return html`<section class="app">
<h2><bdi>${name}</bdi></h2>
${rightsList(rights, messages)}
${detailsList(others.length === 0 ? (only?.details ?? details) : details)}
${!only && !more && html`<p class="times">${text.remembered}</p>`}
${only && others.length === 0 && times(only, messages)}
${
  others.length > 0 &&
  html`<p class="times">${fill(text.logins, { count: grants.length })}</p>
<ol class="devices">${grants.map(
    (
      grant,
      i,
    ) => html`<li><div>${times(grant, messages)}${grant.rights && rightsList(grant.rights, messages)}${detailsList(grant.details)}</div>
<button type="submit" class="small" name="grant" value="${grant.id}" aria-label="${fillText(text.revokeOneOf, { client: name, position: String(i + 1) })}">${text.revokeOne}</button></li>`,
  )}</ol>`
}
<button type="submit" class="quiet" name="client_id" value="${clientId}" aria-label="${fillText(text.revokeOf, { client: name })}">${text.revoke}</button>
</section>`
}

function rightsList(rights: readonly ConsentResource[], { consent }: Messages): Html {
  return html`${rights.map(
    ({ resource, scopes }) => html`<h3><bdi>${displayText(withoutScheme(resource), 120)}</bdi></h3>
<ul>${scopes.map(({ name, text }) => html`<li><bdi>${displayText(text, 300) || displayText(name, 120)}</bdi></li>`)}${scopes.length === 0 && html`<li>${consent.plainAccess}</li>`}</ul>`,
  )}`
}

function times({ since, lastUsed }: ConnectedGrant, { apps, locale }: Messages): Html {
  const time = (at: number, words: string) => html`<time datetime="${new Date(at).toISOString()}">${words}</time>`
  return html`<p class="times">${fill(apps.since, { date: time(since, dateIn(locale, since)) })}<br>
${fill(apps.lastUsed, { date: time(lastUsed, dateTimeIn(locale, lastUsed)) })}</p>`
}
