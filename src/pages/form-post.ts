/**
 * The page that carries an authorization response to the client in a form. Pure.
 *
 * @see {@link https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html OAuth 2.0 Form Post Response Mode}
 * @module
 */
import { displayText, html } from './html.js'
import type { Page } from './layout.js'
import { fill, type Messages } from './messages.js'

export interface FormPostView {
  readonly page: 'form_post'
  /** Where the form is posted: the redirect URI of the request, validated. */
  readonly redirectUri: string
  /** The parameters of the authorization response. */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** The page posts itself by script; where scripts are off, its button does it. */
export function formPostPage(view: FormPostView, { formPost: text }: Messages): Page {
  const { redirectUri, fields } = view
  const { protocol, host } = new URL(redirectUri)
  const body = html`
<h1>${text.title}</h1>
<p>${fill(text.explanation, { host: html`<bdi>${displayText(host || protocol, 255)}</bdi>` })}</p>
<form method="post" action="${redirectUri}">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button type="submit">${text.submit}</button>
</form>
`
  return { title: text.title, body, autoSubmit: true }
}
