/**
 * What can be shown to a person: a view says what is on a page, and nothing about how it looks or in which language.
 *
 * @module
 */
import type { HttpResponse } from '../edge/message.js'
import type { AppsView } from './apps.js'
import type { ConsentView } from './consent.js'
import type { ErrorView } from './error.js'
import type { FormPostView } from './form-post.js'
import type { LoginView } from './login.js'
import type { LoggedOutView, LogoutView } from './logout.js'
import { formActionSource } from './policy.js'

/** What a page shows, by its member `page`. */
export type PageView = LoginView | ConsentView | AppsView | LogoutView | LoggedOutView | ErrorView | FormPostView

/** An answer that a person sees, not written yet. */
export interface PageAnswer {
  readonly view: PageView
  readonly headers: HttpResponse['headers']
  /** The languages that the authorization request wishes for, best first. */
  readonly uiLocales: readonly string[]
}

export type Answer = HttpResponse | PageAnswer

export const show = (view: PageView, uiLocales: readonly string[] = []): PageAnswer => ({
  view,
  headers: [],
  uiLocales,
})

/** The status of the answer that shows a view. */
export function statusOf(view: PageView): number {
  if (view.page === 'error') return view.status
  if (view.page !== 'login' || !view.error) return 200
  // Not 401, which would have to name an authentication scheme of HTTP (RFC 9110 §15.5.2).
  return typeof view.error === 'string' ? 422 : 429
}

/** Seconds to wait before the next try, where a view says so. */
export function retryAfterOf(view: PageView): number | undefined {
  if (view.page === 'error') return view.retryAfter
  return view.page === 'login' && typeof view.error === 'object' ? view.error.throttledSeconds : undefined
}

/**
 * Where forms of a view's page lead: this server, and where it sends the browser then.
 *
 * @param frontEnds sources that stand for the app's own front ends: the next page may be there.
 */
export function formActionOf(view: PageView, frontEnds: readonly string[] = []): readonly string[] {
  switch (view.page) {
    case 'login':
    case 'consent':
      return ["'self'", ...frontEnds, ...view.formAction]
    case 'apps':
    case 'logout':
      return ["'self'", ...frontEnds]
    case 'form_post':
      return [formActionSource(view.redirectUri)]
    default:
      return []
  }
}
