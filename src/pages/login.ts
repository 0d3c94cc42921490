/**
 * The page where a person logs in with a password. Pure.
 *
 * @module
 */
import { formOf, type PageForm } from './form.js'
import { minutesIn } from './formats.js'
import { displayText, html } from './html.js'
import type { Page } from './layout.js'
import { fill, fillText, type Messages } from './messages.js'

export interface LoginView {
  readonly page: 'login'
  /** Wants `username` and `password`. */
  readonly form: PageForm
  readonly clientName?: string | undefined
  /** Whether somebody is logged in, and is asked to prove that it is them. @default false */
  readonly confirm?: boolean | undefined
  /** What stands in the field already: what was typed before, the name of who is logged in, or the hint of the client. */
  readonly username?: string | undefined
  /** Why the last attempt failed. `wrong` never tells whether the user exists. */
  readonly error?: 'wrong' | 'incomplete' | { readonly throttledSeconds: number } | undefined
  /** The app's own page for a forgotten password. */
  readonly forgotPasswordUrl?: string | undefined
  /** The app's own page to sign up. */
  readonly signUpUrl?: string | undefined
}

export function loginPage(view: LoginView, { locale, login: text }: Messages): Page {
  const { form, error, forgotPasswordUrl, signUpUrl } = view
  const client = displayText(view.clientName ?? '', 80)
  const username = view.username ?? ''
  const problem =
    typeof error === 'object'
      ? fillText(text.throttled, { wait: minutesIn(locale, error.throttledSeconds) })
      : error && text[error]
  const title = view.confirm ? text.confirm : text.title
  // A wait is no fault of what was typed.
  const invalid = typeof error === 'string' && html` aria-invalid="true" aria-describedby="problem"`
  const body = html`
<h1>${title}</h1>
${client !== '' && html`<p class="lead">${fill(text.continueTo, { client: html`<bdi>${client}</bdi>` })}</p>`}
${problem !== undefined && html`<p class="note danger" role="alert" id="problem">${problem}</p>`}
${formOf(
  form,
  html`<label for="username">${text.username}</label>
<input id="username" name="username" value="${username}" dir="auto" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required${invalid}${username === '' && html` autofocus`}>
<label for="password">${text.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${invalid}${username !== '' && html` autofocus`}>
<button type="submit">${text.submit}</button>`,
)}
${(forgotPasswordUrl ?? signUpUrl) !== undefined && html`<p class="links">${link(forgotPasswordUrl, text.forgotPassword)}${link(signUpUrl, text.signUp)}</p>`}
`
  return { title, body }
}

const link = (url: string | undefined, text: string) => url !== undefined && html`<a href="${url}">${text}</a>`
