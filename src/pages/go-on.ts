/**
 * The page after a login: it goes on by itself. A redirect would still belong to the form that was sent, and browsers hold all that follows to the
 * `form-action` of the page with the password. Pure.
 *
 * @module
 */
import { html } from './html.js'
import type { Page } from './layout.js'
import type { Messages } from './messages.js'

export interface GoOnView {
  readonly page: 'go_on'
  /** A page of this server. */
  readonly url: string
}

/** Where the browser does not go on by itself, there is a link. */
export const goOnPage = ({ url }: GoOnView, { formPost: { title, submit } }: Messages): Page => ({
  title,
  body: html`<h1>${title}</h1><p><a href="${url}">${submit}</a></p>`,
})
