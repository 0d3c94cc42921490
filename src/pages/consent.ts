/**
 * The page where a person decides what a client may do. Pure.
 *
 * @module
 */
import { formOf, type PageForm } from './form.js'
import { displayText, type Html, html } from './html.js'
import type { Page } from './layout.js'
import { fill, fillText, type Messages } from './messages.js'
import { imageSource } from './policy.js'

export interface ConsentView {
  readonly page: 'consent'
  /**
   * Wants `decision`, which is `allow` or `deny`, the boxes of {@link ConsentScope}s that stay ticked, and, to allow, an answer to each
   * {@link ConsentQuestion}.
   */
  readonly form: PageForm
  readonly clientName?: string | undefined
  /** Shown when the client has no name. */
  readonly clientId: string
  /**
   * The host that vouches for the client, which describes itself there in a document. Name and image are the client's own choice; that they are of this
   * host is all that is known. Absent for a client that was registered at this server.
   */
  readonly clientHost?: string | undefined
  /**
   * Who the client is, when that is certain: the answer can reach nobody else, and a feature of the server knows the receiver by name. `clientName` is this
   * name then. Absent where it is not known.
   */
  readonly knownAs?: string | undefined
  /** An image that stands for the client. Not shown unless it is `https`. */
  readonly logoUri?: string | undefined
  /** The client's privacy policy. */
  readonly policyUri?: string | undefined
  /** The client's terms of use. */
  readonly tosUri?: string | undefined
  /** Where the browser will be sent: a host, or the scheme of an app. */
  readonly redirectHost: string
  /** Whether anybody could pretend to be this client: it says so, in a warning. */
  readonly unverified: boolean
  /** Who is logged in, as they would know themselves. */
  readonly subjectLabel: string
  /** Path where somebody else can log in. */
  readonly switchUrl?: string | undefined
  readonly resources: readonly ConsentResource[]
  /** What features of the server add to what is asked, each in a line of its own. Absent for nothing. */
  readonly details?: readonly string[] | undefined
  /** What the person has to choose, one of several each. Absent for nothing. */
  readonly questions?: readonly ConsentQuestion[] | undefined
}

/** What is asked of one API, in the words of the app. */
export interface ConsentResource {
  readonly resource: string
  /** What the app calls it, to be shown in place of the URI. Absent for no name. */
  readonly name?: string | undefined
  readonly scopes: readonly ConsentScope[]
}

export interface ConsentScope {
  readonly name: string
  readonly text: string
  /** The checkbox with which the person can leave it out. Undefined when it belongs to what is asked. */
  readonly choice?: { readonly field: string; readonly ticked: boolean } | undefined
}

/** To allow, the form must post `field` with the `value` of the choice that was picked. Denying needs no answer. */
export interface ConsentQuestion {
  readonly field: string
  /** What is to be chosen, for example `Workspace`. */
  readonly label: string
  /** At least two; at most one is picked beforehand. */
  readonly choices: readonly ConsentChoice[]
}

export interface ConsentChoice {
  readonly value: string
  readonly text: string
  readonly picked: boolean
}

export function consentPage(view: ConsentView, { consent: text }: Messages): Page {
  const { clientHost, knownAs, switchUrl, policyUri, tosUri } = view
  const client = displayText(view.clientName ?? '', 80) || displayText(view.clientId, 80)
  const { resources, questions = [] } = view
  const required = resources.filter(({ scopes }) => scopes.length === 0 || scopes.some(isFixed))
  const optional = resources.filter(({ scopes }) => scopes.some(isChosen))
  const details = detailsList(view.details)
  const host = displayText(view.redirectHost, 255)
  const logo = view.logoUri !== undefined && imageSource(view.logoUri) !== null ? view.logoUri : undefined
  const body = html`
${logo !== undefined && html`<img class="logo" src="${logo}" alt="" width="64" height="64">`}
<h1>${fill(text.heading, { client: html`<bdi>${client}</bdi>` })}</h1>
<p class="who"><span>${fill(text.loggedInAs, { user: html`<bdi>${displayText(view.subjectLabel, 80)}</bdi>` })}</span>
${switchUrl !== undefined && html`<a href="${switchUrl}">${text.switchUser}</a>`}</p>
${knownAs !== undefined && html`<p class="note">${fill(text.known, { name: html`<strong><bdi>${displayText(knownAs, 80)}</bdi></strong>` })}</p>`}
${clientHost !== undefined && html`<p>${fill(text.describedAt, { host: html`<strong><bdi>${displayText(clientHost, 255)}</bdi></strong>` })}</p>`}
${view.unverified && html`<p class="note warning">${text.unverified}</p>`}
${formOf(
  view.form,
  html`${noneByEnter}
<p>${text.scopes}</p>
${required.map((resource) => resourceSection(resource, resource.scopes.filter(isFixed), text.plainAccess))}
${details && html`<section class="added">${details}</section>`}
${
  optional.length > 0 &&
  html`<fieldset><legend>${text.optional}</legend>
${optional.map((resource) => resourceSection(resource, resource.scopes.filter(isChosen)))}
</fieldset>`
}
${questions.map(questionFields)}
<div class="choice${host.length <= MOST_IN_REACH && html` near`}">
<p class="fine">${fill(text.redirect, { host: html`<bdi>${host}</bdi>` })}</p>
<button type="submit" class="quiet" name="decision" value="deny"${questions.length > 0 && html` formnovalidate`}>${text.deny}</button>
<button type="submit"${view.unverified && html` class="quiet"`} name="decision" value="allow">${text.allow}</button>
</div>`,
)}
${(policyUri ?? tosUri) !== undefined && html`<p class="links">${outside(policyUri, text.policy)}${outside(tosUri, text.terms)}</p>`}
`
  return { title: fillText(text.title, { client }), body, image: logo }
}

/** Most characters of a host above buttons that stay where they can be pressed: a longer one would cover what they are about. */
const MOST_IN_REACH = 60

/**
 * Enter in a box or a radio button presses the first button of a form that is not disabled (HTML, "implicit submission"). Nobody decides by
 * that: the first one nobody sees, and it closes a dialog where there is none.
 */
const noneByEnter = html`<button formmethod="dialog" formnovalidate hidden></button>`

const isChosen = ({ choice }: ConsentScope): boolean => choice !== undefined
const isFixed = (scope: ConsentScope): boolean => !isChosen(scope)

/** @param plain is said where there is no scope. */
const resourceSection = (resource: ConsentResource, scopes: readonly ConsentScope[], plain = ''): Html =>
  html`<section class="resource">
<h2>${resourceLabel(resource)}</h2>
<ul>${scopes.length > 0 ? scopes.map(scopeItem) : html`<li>${plain}</li>`}</ul>
</section>`

function scopeItem({ name, text, choice }: ConsentScope): Html {
  const words = displayText(text, 300) || displayText(name, 120)
  if (!choice) return html`<li><bdi>${words}</bdi></li>`
  const { field, ticked } = choice
  return html`<li class="choosable"><label><input type="checkbox" name="${field}" value="yes"${ticked && html` checked`}><bdi>${words}</bdi></label></li>`
}

/** What features of the server add, as a list. False when there is nothing to be seen. */
export function detailsList(details: readonly string[] = []): Html | false {
  const lines = details.map((detail) => displayText(detail, 300)).filter((line) => line !== '')
  return lines.length > 0 && html`<ul>${lines.map((line) => html`<li><bdi>${line}</bdi></li>`)}</ul>`
}

/** The browser allows nothing before one choice is picked. */
function questionFields({ field, label, choices }: ConsentQuestion): Html {
  return html`<fieldset>
<legend><bdi>${displayText(label, 120) || displayText(field, 120)}</bdi></legend>
<div class="choices">${choices.map(
    ({ value, text, picked }) =>
      html`<label><input type="radio" name="${field}" value="${value}" required${picked && html` checked`}><bdi>${displayText(text, 120) || displayText(value, 120)}</bdi></label>`,
  )}</div>
</fieldset>`
}

/** A new tab, so that the question stays where it is. */
const outside = (url: string | undefined, text: string) =>
  url !== undefined && html`<a href="${url}" target="_blank" rel="noopener noreferrer">${text}</a>`

/** What the app calls an API, or its URI. */
export const resourceLabel = ({ name = '', resource }: ConsentResource): Html =>
  html`<bdi>${displayText(name, 120) || displayText(withoutScheme(resource), 120)}</bdi>`

/** The URI of a resource, as far as it tells people something. */
export const withoutScheme = (resource: string): string => resource.replace(/^https?:\/\//, '').replace(/\/$/, '')
