/**
 * The page that carries an authorization response to the client in a form. Pure.
 *
 * @see {@link https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html OAuth 2.0 Form Post Response Mode}
 * @module
 */
import type { HttpResponse } from '../message.js'
import { displayText, html } from './html.js'
import { formActionSource, pageResponse } from './layout.js'
import { en, type Messages } from './messages.js'

export interface FormPostView {
  /** Where the form is posted: the redirect URI of the request, validated. */
  readonly redirectUri: string
  /** The parameters of the authorization response. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Fresh for each page: at least 16 characters of base64url. */
  readonly nonce: string
}

/** The page posts itself by script; where scripts are off, its button does it. */
export function formPostPage(view: FormPostView, messages: Messages = en): HttpResponse {
  const { redirectUri, fields, nonce } = view
  const text = messages.formPost
  const { protocol, host } = new URL(redirectUri)
  const body = html`
<h1>${text.title}</h1>
<p>${text.explanation(html`<bdi>${displayText(host || protocol, 255)}</bdi>`)}</p>
<form method="post" action="${redirectUri}">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button type="submit">${text.submit}</button>
</form>
`
  return pageResponse({
    title: text.title,
    body,
    formAction: [formActionSource(redirectUri)],
    autoSubmit: nonce,
    messages,
  })
}
