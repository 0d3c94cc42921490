/**
 * The page that asks whether somebody wants to log out, and the one that says that they are. Pure.
 *
 * @module
 */
import { formOf, type PageForm } from './form.js'
import { displayText, html } from './html.js'
import type { Page } from './layout.js'
import { fill, type Messages } from './messages.js'
import { type Ways, waysOf } from './ways.js'

export interface LogoutView {
  readonly page: 'logout'
  /** Wants `where`, which is `here` or `everywhere`. */
  readonly form: PageForm
  /** Who is logged in, as they would know themselves. */
  readonly subjectLabel: string
  /** Path of the connected apps. */
  readonly appsUrl: string
  /** Where they can be logged out: in this browser, in every one. */
  readonly here: boolean
  readonly everywhere: boolean
  /** Whether a form was posted that had been shown to another login. */
  readonly again: boolean
  /** Whether apps may learn of it into which the person has logged in with this account. Absent for no. */
  readonly appsToo?: boolean | undefined
  /** The app that has sent the browser here to log out: `name` is chosen by the client. Absent when nobody has. */
  readonly asker?: { readonly name: string } | undefined
  /** Where somebody goes on who stays logged in: what the app that asked is registered with. Absent for nowhere. */
  readonly stayUrl?: string | undefined
}

/** Nobody is logged in, or not any more. */
export interface LoggedOutView extends Pick<Ways, 'loginUrl' | 'homeUrl'> {
  readonly page: 'logged_out'
}

export function logoutPage(view: LogoutView, messages: Messages): Page {
  const { form, here, everywhere, appsToo, asker, stayUrl } = view
  const text = messages.logout
  const body = html`
<h1>${text.title}</h1>
<p class="who"><span>${fill(messages.consent.loggedInAs, { user: html`<bdi>${displayText(view.subjectLabel, 80)}</bdi>` })}</span></p>
${view.again && html`<p class="note warning" role="status">${text.again}</p>`}
${asker && html`<p>${fill(text.asked, { client: html`<bdi>${displayText(asker.name, 80)}</bdi>` })}</p>`}
${appsToo && html`<p>${text.appsToo}</p>`}
<p>${text.explanation} <a href="${view.appsUrl}">${messages.apps.title}</a></p>
${formOf(
  form,
  html`${here && html`<button type="submit" name="where" value="here">${text.here}</button>`}
${here && everywhere && html`<p>${text.everywhereExplanation}</p>`}
${everywhere && html`<button type="submit" class="quiet" name="where" value="everywhere">${text.everywhere}</button>`}`,
)}
${stayUrl !== undefined && html`<p class="links"><a href="${stayUrl}">${text.stay}</a></p>`}
`
  return { title: text.title, body }
}

export function loggedOutPage(view: LoggedOutView, messages: Messages): Page {
  const { doneTitle, done } = messages.logout
  return { title: doneTitle, body: html`<h1>${doneTitle}</h1><p>${done}</p>${waysOf(view, messages)}` }
}
