/**
 * The page where a person logs in with a password. Pure.
 *
 * @module
 */
import { formOf, type PageForm } from './form.js'
import { durationIn } from './formats.js'
import { displayText, html } from './html.js'
import type { Page } from './layout.js'
import { fill, fillText, type Messages } from './messages.js'

export interface LoginView {
  readonly page: 'login'
  /** Wants `username` and `password`. */
  readonly form: PageForm
  readonly clientName?: string | undefined
  /** What stands in the field already: the hint of the client, or what was typed before. */
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
      ? fillText(text.throttled, { wait: durationIn(locale, error.throttledSeconds) })
      : error && text[error]
  const invalid = problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`
  const body = html`
<h1>${text.title}</h1>
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
  return { title: text.title, body }
}

const link = (url: string | undefined, text: string) => url !== undefined && html`<a href="${url}">${text}</a>`
