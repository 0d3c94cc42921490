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
import type { GoOnView } from './go-on.js'
import type { LoginView } from './login.js'
import type { LoggedOutView, LogoutView } from './logout.js'

/** What a page shows, by its member `page`. */
export type PageView = LoginView | ConsentView | AppsView | LogoutView | LoggedOutView | ErrorView | FormPostView

/** The same, with what the app's own `render` never gets: it is seen for a moment. */
export type ShownView = PageView | GoOnView

/** An answer that a person sees, not written yet. */
export interface PageAnswer {
  readonly view: ShownView
  readonly headers: HttpResponse['headers']
  /** The languages that the authorization request wishes for, best first. */
  readonly uiLocales: readonly string[]
}

export type Answer = HttpResponse | PageAnswer

export const show = (view: ShownView, uiLocales: readonly string[] = []): PageAnswer => ({
  view,
  headers: [],
  uiLocales,
})

/** The status of the answer that shows a view. */
export function statusOf(view: ShownView): number {
  if (view.page === 'error') return view.status
  if (view.page !== 'login' || !view.error) return 200
  // Not 401, which would have to name an authentication scheme of HTTP (RFC 9110 §15.5.2).
  return typeof view.error === 'string' ? 422 : 429
}

/** Seconds to wait before the next try, where a view says so. */
export function retryAfterOf(view: ShownView): number | undefined {
  if (view.page === 'error') return view.retryAfter
  return view.page === 'login' && typeof view.error === 'object' ? view.error.throttledSeconds : undefined
}

/**
 * Where forms of a view's page may lead: one with a password nowhere but to this server. What follows the others ends at a client, at
 * wherever that redirects, or at the app's own login: null for anywhere.
 *
 * @param frontEnds sources that stand for the app's own front ends: the next page may be there.
 */
export function formActionOf({ page }: ShownView, frontEnds: readonly string[] = []): readonly string[] | null {
  switch (page) {
    case 'login':
      return ["'self'", ...frontEnds]
    case 'consent':
    case 'apps':
    case 'logout':
    case 'form_post':
      return null
    default:
      return []
  }
}
