/**
 * The links of a page from which nothing else leads on. Pure.
 *
 * @module
 */
import { displayText, type Html, html, type Part } from './html.js'
import { fill, type Messages } from './messages.js'

export interface Ways {
  /** Who asked. Chosen by the client. */
  readonly clientName?: string | undefined
  /** The client's own website, as it is registered. */
  readonly clientUrl?: string | undefined
  /** Path where somebody who is not logged in can log in. */
  readonly loginUrl?: string | undefined
  /** Path where somebody can log out, who has been sent here for that. */
  readonly logoutUrl?: string | undefined
  /** The option `pages.homeUrl`. */
  readonly homeUrl?: string | undefined
}

export function waysOf(
  { clientName = '', clientUrl, loginUrl, logoutUrl, homeUrl }: Ways,
  { ways, logout }: Messages,
): Html | false {
  if ((clientUrl ?? loginUrl ?? logoutUrl ?? homeUrl) === undefined) return false
  return html`<p class="links">${clientUrl !== undefined && link(clientUrl, toClient(clientName, clientUrl, ways.client))}
${loginUrl !== undefined && link(loginUrl, ways.login)}
${logoutUrl !== undefined && link(logoutUrl, logout.here)}
${homeUrl !== undefined && link(homeUrl, ways.home)}</p>`
}

const link = (url: string, text: Part): Html => html`<a href="${url}">${text}</a>`

const toClient = (name: string, url: string, text: string): Html =>
  fill(text, { client: html`<bdi>${displayText(name, 80) || new URL(url).host}</bdi>` })
