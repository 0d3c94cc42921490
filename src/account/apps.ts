/**
 * The connected apps: what the person at the browser has granted, and the end of it.
 *
 * @module
 */

import { isRemembered } from '../authorize/agreement.js'
import { browserOf } from '../browser/browser.js'
import { currentLogin, noteLostLogin } from '../browser/login-context.js'
import { isSameToken, pageToken } from '../browser/page-token.js'
import { resourceName, scopeWords } from '../browser/scope-words.js'
import { termWords } from '../browser/term-words.js'
import { hiddenField, readForm, refuseProblems } from '../edge/form.js'
import type { HttpRequest } from '../edge/message.js'
import { queryOf } from '../edge/query.js'
import { seeOther, withHeaders } from '../edge/responses.js'
import { type Consent, includes, joinAccess } from '../grant/consent.js'
import type { AppsView, ConnectedApp } from '../pages/apps.js'
import { isOwnForm } from '../pages/own-form.js'
import { problemPage, unreadableFormPage } from '../pages/problem-pages.js'
import { type Answer, show } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import { redirectHost } from '../protocol/redirect-uri.js'
import type { Access } from '../protocol/resource.js'
import type { TermValues } from '../protocol/terms.js'
import { eachOf } from '../runtime/turn.js'
import { pagesOf, type Repository } from '../storage/repositories.js'
import type { Login } from '../users/contract.js'
import { isHttpResponse } from '../users/http-response.js'
import { grantRegistry, isLive, type LiveGrant } from './grants.js'
import { loginForApps } from './page-login.js'

/** GET: shows them. */
export async function apps(deployment: Deployed, request: HttpRequest): Promise<Answer> {
  const parameters = queryOf(request)
  const isBack = parameters.get('pending') !== undefined
  const login = await currentLogin(deployment, request)
  if (login && isHttpResponse(login)) return login
  // Back from the login without one: another try would go round in circles.
  if (!login) {
    if (!isBack) return loginForApps(deployment, request)
    noteLostLogin(deployment)
    return problemPage('loginMissing', { loginUrl: deployment.urls.paths.apps })
  }
  if (isBack) return seeOther(deployment.urls.of('apps'))
  return showApps(deployment, request, login, parameters.get('revoked') === undefined ? undefined : 'revoked')
}

/** POST: ends one grant, all of a client, or all. */
export async function revokeApps(deployment: Deployed, request: HttpRequest): Promise<Answer> {
  if (!isOwnForm(request, deployment.settings.pages.origins)) return problemPage('foreign')
  const form = refuseProblems(await readForm(request))
  const login = await currentLogin(deployment, request)
  if (login && isHttpResponse(login)) return login
  if (!login) return loginForApps(deployment, request)
  const expected = pageToken(browserOf(deployment, request), login, 'apps')
  if (!isSameToken(hiddenField(form, 'page_token'), expected)) return showApps(deployment, request, login, 'again')
  const { subject } = login
  const registry = grantRegistry(deployment)
  const client_id = form.get('client_id')
  const grant = form.get('grant')
  if (client_id !== undefined) await registry.revokeAll({ subject, client_id })
  else if (grant !== undefined) await revokeOwn(deployment, subject, grant)
  else if (form.get('all') === 'yes') await registry.revokeAll({ subject })
  else return unreadableFormPage()
  return seeOther(`${deployment.urls.of('apps')}?revoked=1`)
}

/** What is not theirs, or not there, is left alone without a word. */
async function revokeOwn(deployment: Deployed, subject: string, id: string): Promise<void> {
  if (!/^[A-Za-z0-9_-]{22}$/.test(id)) return
  const grant = await deployment.grants.get(id)
  if (grant?.value.subject === subject) await grantRegistry(deployment).revoke(id)
}

async function showApps(
  deployment: Deployed,
  request: HttpRequest,
  login: Login,
  notice: AppsView['notice'],
): Promise<Answer> {
  const { paths } = deployment.urls
  const browser = browserOf(deployment, request)
  const { connected, more } = await connectedApps(deployment, login.subject, deployment.pages.localeFor(request, []))
  const page = show({
    page: 'apps',
    form: { action: paths.apps, hidden: { page_token: pageToken(browser, login, 'apps') } },
    subjectLabel: login.displayName ?? login.subject,
    logoutUrl: deployment.users.end || deployment.users.endAll ? paths.logout : undefined,
    apps: connected,
    more,
    notice,
  })
  return withHeaders(page, browser.setCookie)
}

/** Most logins on the page. */
const MAX_SHOWN = 200
/** Most lists of a hundred records that are read of either kind: those that have ended count as well. */
const MAX_LISTS = 10

/** What was used last comes first; clients that are only remembered come at the end. */
async function connectedApps(
  deployment: Deployed,
  subject: string,
  locale: string,
): Promise<{ readonly connected: readonly ConnectedApp[]; readonly more: boolean }> {
  const now = deployment.now()
  const granted = await firstOf(deployment.grants, subject, (grant): grant is LiveGrant => isLive(grant, now))
  const live = granted.found.sort((a, b) => b.touchedAt - a.touchedAt)
  const byClient = new Map<string, { grants: LiveGrant[]; access: Access; terms?: TermValues | undefined }>()
  for (const grant of live) {
    const { grants, access } = byClient.get(grant.clientId) ?? { grants: [], access: [] }
    byClient.set(grant.clientId, { grants: [...grants, grant], access: joinAccess(access, grant.access) })
  }
  const remembered = await firstOf(
    deployment.consents,
    subject,
    (consent): consent is Consent => now < consent.expiresAt && !byClient.has(consent.clientId),
  )
  for (const { clientId, access, terms } of remembered.found) byClient.set(clientId, { grants: [], access, terms })
  const rightsOf = (access: Access): ConnectedApp['rights'] =>
    access.map(({ resource, scope }) => ({
      resource,
      ...resourceName(deployment, locale, resource),
      scopes: scope.map((name) => ({ name, text: scopeWords(deployment, locale, resource, name) })),
    }))
  const detailsOf = (terms: TermValues | undefined) => {
    try {
      const details = terms ? termWords(deployment, terms, locale) : []
      return details.length > 0 ? { details } : {}
    } catch (cause) {
      // A feature that cannot say what was approved must not keep anybody from ending it.
      deployment.emit({ type: 'failed', endpoint: 'apps', cause, reference: '' })
      return {}
    }
  }
  const names = new Map<string, string | undefined>()
  await eachOf([...byClient], async ([clientId, { grants }]) => {
    const client = await deployment.clients.find(clientId)
    names.set(clientId, client?.client_name)
    // What was agreed to once is of no use to it any more.
    if (client && grants.length === 0 && !isRemembered(client)) byClient.delete(clientId)
  })
  const connected = [...byClient].map(
    ([clientId, { grants, access, terms }]): ConnectedApp => ({
      clientId,
      clientName: names.get(clientId),
      rights: rightsOf(access),
      ...detailsOf(terms),
      grants: grants.map((grant) => ({
        id: grant.id,
        since: grant.createdAt,
        lastUsed: grant.touchedAt,
        redirectHost: redirectHost(grant.code.redirectUri),
        ...(grant.device && { device: grant.device }),
        rights: includes(grant.access, access) ? undefined : rightsOf(grant.access),
        ...detailsOf(grant.terms),
      })),
    }),
  )
  return { connected, more: granted.more || remembered.more }
}

/** The first records that are wanted, as many as a page shows; `more` when not all were read. */
async function firstOf<T, Wanted extends T>(
  records: Repository<T>,
  subject: string,
  isWanted: (value: T) => value is Wanted,
): Promise<{ readonly found: Wanted[]; readonly more: boolean }> {
  const found: Wanted[] = []
  let lists = 0
  for await (const page of pagesOf(records, subject)) {
    if (lists++ === MAX_LISTS) return { found, more: page.length > 0 }
    found.push(...page.filter(isWanted))
    if (found.length > MAX_SHOWN) return { found: found.slice(0, MAX_SHOWN), more: true }
  }
  return { found, more: false }
}
