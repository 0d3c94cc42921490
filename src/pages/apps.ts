/**
 * The page that shows which apps may use a person's account, and ends that. Pure.
 *
 * @module
 */
import { type ConsentResource, detailsList, resourceLabel } from './consent.js'
import { formOf, type PageForm } from './form.js'
import { dateTimeIn } from './formats.js'
import { displayText, type Html, html } from './html.js'
import type { Page } from './layout.js'
import { fill, type Messages } from './messages.js'
import { type Ways, waysOf } from './ways.js'

export interface AppsView extends Pick<Ways, 'homeUrl'> {
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
  /** Where the answer went: a host, or the scheme of an app. */
  readonly redirectHost: string
  /** The browser of the approval, such as `Chrome on macOS`. Absent when it was not recognised, and for older grants. */
  readonly device?: string | undefined
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
    html`${apps.map((app, i) => appSection(app, i, view.more, messages))}
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
${waysOf({ homeUrl: view.homeUrl }, messages)}
`
  return { title: text.title, body }
}

function appSection(
  { clientId, clientName, grants, rights, details }: ConnectedApp,
  position: number,
  more: boolean,
  messages: Messages,
): Html {
  const text = messages.apps
  const name = displayText(clientName ?? '', 80) || displayText(clientId, 80)
  const [only, ...others] = grants
  return html`<section class="app">
<h2 id="app-${position}"><bdi>${name}</bdi></h2>
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
    ) => html`<li>${times(grant, messages, `of-${position}-${i}`)}${grant.rights && rightsList(grant.rights, messages)}${detailsList(grant.details)}
${confirmed(
  { id: `end-${position}-${i}`, of: `app-${position} of-${position}-${i}`, title: text.revokeOne },
  text.revokeOneExplanation,
  html`name="grant" value="${grant.id}">${fill(text.revokeOneOf, { client: html`<bdi>${name}</bdi>`, position: i + 1 })}`,
)}</li>`,
  )}</ol>`
}
${confirmed(
  { id: `end-${position}`, of: `app-${position}`, title: text.revoke },
  text.revokeExplanation,
  html`name="client_id" value="${clientId}">${fill(text.revokeOf, { client: html`<bdi>${name}</bdi>` })}`,
)}
</section>`
}

/**
 * A button that is pressed only after it was asked for; nothing runs for that.
 *
 * @param opens what shows it, and the ids of what it is about.
 * @param button the rest of its tag, and what stands on it.
 */
const confirmed = (
  { id, of, title }: { readonly id: string; readonly of: string; readonly title: string },
  explanation: string,
  button: Html,
): Html => html`<details><summary id="${id}" aria-labelledby="${id} ${of}">${title}</summary>
<p>${explanation}</p>
<button type="submit" class="danger-button" ${button}</button></details>`

function rightsList(rights: readonly ConsentResource[], { consent }: Messages): Html {
  return html`${rights.map(
    (resource) => html`<h3>${resourceLabel(resource)}</h3>
<ul>${resource.scopes.map(({ name, text }) => html`<li><bdi>${displayText(text, 300) || displayText(name, 120)}</bdi></li>`)}${resource.scopes.length === 0 && html`<li>${consent.plainAccess}</li>`}</ul>`,
  )}`
}

/** When, from where and to where: what tells one connection from another. */
function times(
  { since, lastUsed, redirectHost, device }: ConnectedGrant,
  { apps, locale }: Messages,
  id?: string,
): Html {
  const time = (at: number, name?: string) =>
    html`<time${name !== undefined && html` id="${name}"`} datetime="${new Date(at).toISOString()}">${dateTimeIn(locale, at)}</time>`
  const [browser, system] = displayText(device ?? '', 40).split(' on ')
  return html`<p class="times">${system !== undefined && html`<b>${fill(apps.device, { browser, system })}</b><br>`}
${fill(apps.sentTo, { host: html`<bdi>${displayText(redirectHost, 255)}</bdi>` })}<br>
${fill(apps.since, { date: time(since, id) })}<br>
${fill(apps.lastUsed, { date: time(lastUsed) })}</p>`
}
