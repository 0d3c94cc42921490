/**
 * The end session endpoint: a client sends somebody here to log out. The person is asked, unless they come from an app of the operator's own that knows
 * the very session.
 *
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html OpenID Connect RP-Initiated Logout 1.0}
 * @module
 */
import { endLogin } from '../../../account/end-login.js'
import { hasLogout, isOffered, logoutView } from '../../../account/logout.js'
import { browserOf } from '../../../browser/browser.js'
import { currentLogin } from '../../../browser/login-context.js'
import { isSameToken, pageToken } from '../../../browser/page-token.js'
import { clientMistake } from '../../../deployment/client-mistake.js'
import type { Here } from '../../../deployment/here.js'
import { readForm } from '../../../edge/form.js'
import type { HttpRequest } from '../../../edge/message.js'
import { isEmbedded, isPrefetch } from '../../../edge/navigation.js'
import { queryOf } from '../../../edge/query.js'
import { seeOther, withHeaders } from '../../../edge/responses.js'
import { isLink } from '../../../pages/html.js'
import { isOwnForm } from '../../../pages/own-form.js'
import { asker, problemPage, unreadableFormPage } from '../../../pages/problem-pages.js'
import { type Answer, show } from '../../../pages/views.js'
import type { Endpoint } from '../../../points/endpoint.js'
import type { Deployed } from '../../../points/tables.js'
import type { Parameters } from '../../../protocol/parameters.js'
import { isHttpResponse } from '../../../users/http-response.js'
import type { ClientSessions } from './client-sessions.js'
import { type LogoutRequest, logoutParameters, readLogoutRequest } from './request.js'

/** Says that a form came from another site, and is sent on from a page of this server: then its cookies come along. */
const SENT_ON = 'sent_on'

/** None where nobody can be logged out. */
export function endSessionEndpoint(deployment: Deployed, sessions: ClientSessions): readonly Endpoint[] {
  if (!hasLogout(deployment)) return []
  const { urls } = deployment
  return [
    {
      name: 'end-session',
      paths: [urls.paths['end-session']],
      // §2: both must be there.
      methods: {
        GET: (request) => answer(deployment, sessions, request, queryOf(request)),
        POST: (request) => posted(deployment, sessions, request),
      },
      answers: 'page',
      cors: false,
      metadata: { end_session_endpoint: urls.of('end-session') },
    },
  ]
}

async function posted(deployment: Deployed, sessions: ClientSessions, request: HttpRequest): Promise<Answer> {
  // An ID token may have many claims.
  const form = await readForm(request, { longest: 32_768 })
  if (isOwnForm(request, deployment.settings.pages.origins)) return answer(deployment, sessions, request, form)
  if (form.get(SENT_ON) !== undefined) return problemPage('foreign')
  const fields = logoutParameters.flatMap((name) => {
    const value = form.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return show({
    page: 'form_post',
    redirectUri: deployment.urls.of('end-session'),
    fields: [...fields, [SENT_ON, '1']],
  })
}

async function answer(
  deployment: Deployed,
  sessions: ClientSessions,
  request: HttpRequest,
  parameters: Parameters,
): Promise<Answer> {
  const asked = await readLogoutRequest(deployment, parameters, request)
  if ('problem' in asked) {
    // Nobody is logged out, and nothing is redirected. Whoever wanted to leave can do so here.
    const { problem: reason, description, hint, client } = asked
    const clientId = client?.client_id ?? parameters.get('client_id')
    const mistake = { endpoint: 'end-session', reason, description, hint, clientId }
    return clientMistake(deployment, mistake, client, { logoutUrl: deployment.urls.paths.logout })
  }
  const login = await currentLogin(deployment, request)
  if (login && isHttpResponse(login)) return login
  // §3: whoever is logged out already goes on.
  if (!login) {
    return asked.destination === undefined
      ? show({ page: 'logged_out', loginUrl: deployment.urls.paths.apps }, asked.uiLocales)
      : seeOther(asked.destination)
  }
  const here = { browser: browserOf(deployment, request), login }
  const token = request.method === 'POST' ? parameters.get('page_token') : undefined
  if (token === undefined) {
    // Nobody has clicked yet: then the question is shown, which changes nothing.
    const isVisit = !isPrefetch(request) && !isEmbedded(request)
    return isVisit && (await mayGoAhead(deployment, sessions, asked, here))
      ? endLogin(deployment, request, here, false, afterwards(deployment, asked))
      : ask(deployment, asked, here, false)
  }
  if (!isSameToken(token, tokenFor(asked, here))) return ask(deployment, asked, here, true)
  const where = parameters.get('where')
  if (!isOffered(deployment.users, where)) return unreadableFormPage()
  return endLogin(deployment, request, here, where === 'everywhere', afterwards(deployment, asked))
}

/**
 * §2: the person SHOULD be asked, and MUST be without an ID token of this session. Looser than the SHOULD for clients that the operator has declared to
 * be part of the same house, where nobody is asked at login either.
 */
const mayGoAhead = async (
  deployment: Deployed,
  sessions: ClientSessions,
  { client, hint }: LogoutRequest,
  here: Here,
): Promise<boolean> =>
  client?.first_party === true &&
  deployment.users.end !== undefined &&
  hint?.subject === (await deployment.knownAs(client, here.login.subject)) &&
  hint.sid === (await sessions.sidOf(client, here))

/** Of the issuer itself, which then sends the browser on: apps need not let their logout lead anywhere else. */
function afterwards({ urls }: Deployed, { fields, destination }: LogoutRequest): string {
  return destination === undefined
    ? urls.of('logout')
    : `${urls.of('end-session')}?${new URLSearchParams(fields).toString()}`
}

const tokenFor = ({ fields }: LogoutRequest, { browser, login }: Here): string =>
  pageToken(browser, login, 'logout', [
    fields.client_id ?? null,
    fields.post_logout_redirect_uri ?? null,
    fields.state ?? null,
  ])

function ask(deployment: Deployed, asked: LogoutRequest, here: Here, again: boolean): Answer {
  const { client, destination, fields, uiLocales } = asked
  const form = {
    action: deployment.urls.paths['end-session'],
    hidden: { ...fields, page_token: tokenFor(asked, here) },
  }
  const name = client && asker(client).clientName
  const page = show(
    {
      ...logoutView(deployment, here.login, form, again),
      ...(name && { asker: { name } }),
      ...(destination !== undefined && isLink(destination) && { stayUrl: destination }),
    },
    uiLocales,
  )
  return withHeaders(page, here.browser.setCookie)
}
