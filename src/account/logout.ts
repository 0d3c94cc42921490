/**
 * Logging out of this server, in this browser or in all. A GET changes nothing: it shows the question.
 *
 * @module
 */

import { browserOf } from '../browser/browser.js'
import { currentLogin, loginContext } from '../browser/login-context.js'
import { isSameToken, pageToken } from '../browser/page-token.js'
import type { Deployment } from '../deployment/deployment.js'
import { hiddenField, readForm, refuseProblems } from '../edge/form.js'
import type { HttpRequest } from '../edge/message.js'
import { seeOther, withHeaders } from '../edge/responses.js'
import { isOwnForm } from '../pages/own-form.js'
import { problemPage, unreadableFormPage } from '../pages/problem-pages.js'
import { type Answer, show } from '../pages/views.js'
import type { Login } from '../users/contract.js'
import { isHttpResponse } from '../users/http-response.js'

/** Whether the user-authentication can log anybody out. */
export const hasLogout = ({ users }: Pick<Deployment, 'users'>): boolean =>
  users.end !== undefined || users.endAll !== undefined

/** GET: asks, or says that nobody is logged in. */
export async function logout(deployment: Deployment, request: HttpRequest): Promise<Answer> {
  const login = await currentLogin(deployment, request)
  if (login && isHttpResponse(login)) return login
  if (!login) return show({ page: 'logged_out', loginUrl: deployment.urls.paths.apps })
  return ask(deployment, request, login, false)
}

/** POST: does it. */
export async function logoutPost(deployment: Deployment, request: HttpRequest): Promise<Answer> {
  const { users, urls } = deployment
  if (!isOwnForm(request, deployment.settings.pages.origins)) return problemPage('foreign')
  const form = refuseProblems(await readForm(request))
  const login = await currentLogin(deployment, request)
  if (login && isHttpResponse(login)) return login
  // A second click.
  if (!login) return seeOther(urls.of('logout'))
  const expected = pageToken(browserOf(deployment, request), login, 'logout')
  if (!isSameToken(hiddenField(form, 'page_token'), expected)) return ask(deployment, request, login, true)
  const where = form.get('where')
  const everywhere = where === 'everywhere'
  if (everywhere ? !users.endAll : where !== 'here' || !users.end) return unreadableFormPage()
  if (everywhere) await users.endAll?.(login.subject)
  const returnTo = urls.of('logout')
  const response = (await users.end?.(loginContext(request), returnTo)) ?? seeOther(returnTo)
  deployment.emit({ type: 'logged_out', subject: login.subject, everywhere })
  return response
}

function ask(deployment: Deployment, request: HttpRequest, login: Login, again: boolean): Answer {
  const { users, urls } = deployment
  const browser = browserOf(deployment, request)
  const page = show({
    page: 'logout',
    form: { action: urls.paths.logout, hidden: { page_token: pageToken(browser, login, 'logout') } },
    subjectLabel: login.displayName ?? login.subject,
    appsUrl: urls.paths.apps,
    here: users.end !== undefined,
    everywhere: users.endAll !== undefined,
    again,
  })
  return withHeaders(page, browser.setCookie)
}
