/**
 * Logging out of this server, in this browser or in all. A GET changes nothing: it shows the question.
 *
 * @module
 */

import { browserOf } from '../browser/browser.js'
import { currentLogin } from '../browser/login-context.js'
import { isSameToken, pageToken } from '../browser/page-token.js'
import type { Deployment } from '../deployment/deployment.js'
import { hiddenField, readForm, refuseProblems } from '../edge/form.js'
import type { HttpRequest } from '../edge/message.js'
import { seeOther, withHeaders } from '../edge/responses.js'
import type { PageForm } from '../pages/form.js'
import type { LogoutView } from '../pages/logout.js'
import { isOwnForm } from '../pages/own-form.js'
import { problemPage, unreadableFormPage } from '../pages/problem-pages.js'
import { type Answer, show } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import type { Login, UserAuthentication } from '../users/contract.js'
import { isHttpResponse } from '../users/http-response.js'
import { endLogin } from './end-login.js'

/** Whether the user-authentication can log anybody out. */
export const hasLogout = ({ users }: Pick<Deployment, 'users'>): boolean =>
  users.end !== undefined || users.endAll !== undefined

/** GET: asks, or says that nobody is logged in. */
export async function logout(deployment: Deployed, request: HttpRequest): Promise<Answer> {
  const login = await currentLogin(deployment, request)
  if (login && isHttpResponse(login)) return login
  if (!login) return show({ page: 'logged_out', loginUrl: deployment.urls.paths.apps })
  return ask(deployment, request, login, false)
}

/** POST: does it. */
export async function logoutPost(deployment: Deployed, request: HttpRequest): Promise<Answer> {
  const { users, urls } = deployment
  if (!isOwnForm(request, deployment.settings.pages.origins)) return problemPage('foreign')
  const form = refuseProblems(await readForm(request))
  const login = await currentLogin(deployment, request)
  if (login && isHttpResponse(login)) return login
  // A second click.
  if (!login) return seeOther(urls.of('logout'))
  const browser = browserOf(deployment, request)
  const expected = pageToken(browser, login, 'logout')
  if (!isSameToken(hiddenField(form, 'page_token'), expected)) return ask(deployment, request, login, true)
  const where = form.get('where')
  if (!isOffered(users, where)) return unreadableFormPage()
  return endLogin(deployment, request, { browser, login }, where === 'everywhere', urls.of('logout'))
}

/** Whether a button of the form stands for something that can be done. */
export const isOffered = (users: UserAuthentication, where: string | undefined): boolean =>
  where === 'everywhere' ? users.endAll !== undefined : where === 'here' && users.end !== undefined

function ask(deployment: Deployed, request: HttpRequest, login: Login, again: boolean): Answer {
  const { paths } = deployment.urls
  const browser = browserOf(deployment, request)
  const form = { action: paths.logout, hidden: { page_token: pageToken(browser, login, 'logout') } }
  return withHeaders(show(logoutView(deployment, login, form, again)), browser.setCookie)
}

/** The question, for whatever form. */
export const logoutView = (
  { users, urls, tables }: Deployed,
  login: Login,
  form: PageForm,
  again: boolean,
): LogoutView => ({
  page: 'logout',
  form,
  subjectLabel: login.displayName ?? login.subject,
  appsUrl: urls.paths.apps,
  here: users.end !== undefined,
  everywhere: users.endAll !== undefined,
  again,
  appsToo: tables.signedOut.length > 0,
})
