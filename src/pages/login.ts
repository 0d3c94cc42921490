/**
 * The page where a person logs in with a password. Pure.
 *
 * @module
 */
import type { HttpResponse } from '../message.js'
import { displayText, html } from './html.js'
import { pageResponse } from './layout.js'
import { en, type Messages } from './messages.js'

export interface LoginView {
  /** Path to which the form is posted. */
  readonly action: string
  /** The pending authorization request; goes into the hidden field `pending`. */
  readonly handle: string
  readonly clientName?: string | undefined
  /** What stands in the field already: the hint of the client, or what was typed before. */
  readonly username?: string | undefined
  /** Why the last attempt failed. `wrong` never tells whether the user exists. */
  readonly error?: 'wrong' | 'incomplete' | { readonly throttledSeconds: number } | undefined
  /** The app's own page for a forgotten password. */
  readonly forgotPasswordUrl?: string | undefined
  /** The app's own page to sign up. */
  readonly signUpUrl?: string | undefined
  /** Where the browser may be sent after the post, besides this server: sources for `form-action`. */
  readonly formAction: readonly string[]
}

/** 200, or after a failed attempt 422, or 429 with `Retry-After` when there were too many. */
export function loginPage(view: LoginView, messages: Messages = en): HttpResponse {
  const { action, handle, error, formAction, forgotPasswordUrl, signUpUrl } = view
  const text = messages.login
  const client = displayText(view.clientName ?? '', 80)
  const username = view.username ?? ''
  const problem = error && (typeof error === 'string' ? text[error] : text.throttled(error.throttledSeconds))
  const invalid = problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`
  const body = html`
<h1>${text.title}</h1>
${client !== '' && html`<p class="lead">${text.continueTo(html`<bdi>${client}</bdi>`)}</p>`}
${problem !== undefined && html`<p class="note danger" role="alert" id="problem">${problem}</p>`}
<form method="post" action="${action}">
<input type="hidden" name="pending" value="${handle}">
<label for="username">${text.username}</label>
<input id="username" name="username" value="${username}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required${invalid}${username === '' && html` autofocus`}>
<label for="password">${text.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${invalid}${username !== '' && html` autofocus`}>
<button type="submit">${text.submit}</button>
</form>
${(forgotPasswordUrl ?? signUpUrl) !== undefined && html`<p class="links">${link(forgotPasswordUrl, text.forgotPassword)}${link(signUpUrl, text.signUp)}</p>`}
`
  const wait = typeof error === 'object' ? error.throttledSeconds : undefined
  return pageResponse(
    {
      // Not 401, which would have to name an authentication scheme of HTTP (RFC 9110 §15.5.2).
      status: wait !== undefined ? 429 : error ? 422 : 200,
      title: text.title,
      body,
      formAction: ["'self'", ...formAction],
      messages,
    },
    wait === undefined ? [] : [['retry-after', String(wait)]],
  )
}

const link = (url: string | undefined, text: string) => url !== undefined && html`<a href="${url}">${text}</a>`
