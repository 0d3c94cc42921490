/**
 * The form of a page, with the hidden fields that tie it to the browser, the login and what waits for the answer.
 *
 * @module
 */
import { type Html, html } from './html.js'

/** A form of a page of this server. */
export interface PageForm {
  /** Path to which it is posted, as `application/x-www-form-urlencoded`. */
  readonly action: string
  /**
   * Fields that must come back as they are, all of them: `pending`, which waits for the answer, and `page_token`, which binds the form
   * to login and browser. Not every page has both.
   */
  readonly hidden: { readonly [name: string]: string }
}

/** The form, around what a person fills in. */
export const formOf = (
  { action, hidden }: PageForm,
  content: Html,
): Html => html`<form method="post" action="${action}">
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${content}
</form>`
