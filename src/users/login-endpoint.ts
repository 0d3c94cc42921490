/**
 * The endpoint behind the login form: GET shows it, POST logs somebody in. Both want something that waits for the login in this
 * browser, and the way on is taken from there, never from a parameter.
 *
 * @module
 */

import { hiddenField, readForm } from '../edge/form.js'
import type { HttpRequest } from '../edge/message.js'
import { withHeaders } from '../edge/responses.js'
import { withParameters } from '../edge/web-page.js'
import { displayText } from '../pages/html.js'
import type { LoginView } from '../pages/login.js'
import { nothingPendingPage, problemPage } from '../pages/problem-pages.js'
import { type Answer, type PageAnswer, show } from '../pages/views.js'
import { parseParameters } from '../protocol/parameters.js'
import type { PendingLogin } from './contract.js'
import { MAX_USERNAME_LENGTH } from './fold-name.js'
import { NotJudged, type PasswordCheck } from './password-check.js'
import type { UserEndpoint, UserServices } from './services.js'
import type { Sessions } from './session.js'
import type { Limiter } from './throttle.js'

interface Parts {
  readonly check: PasswordCheck
  readonly sessions: Sessions
  readonly limiter: Limiter
  readonly links: Pick<LoginView, 'forgotPasswordUrl' | 'signUpUrl'>
}

export function loginEndpoint(services: UserServices, { check, sessions, limiter, links }: Parts): UserEndpoint {
  const { loginPath, emit } = services

  async function showForm(request: HttpRequest): Promise<Answer> {
    const at = request.url.indexOf('?')
    const handle = at < 0 ? undefined : parseParameters(request.url.slice(at + 1)).get('pending')
    const pending = await findPending(request, handle)
    if (pending) {
      // Who is asked to prove who they are has told their name before.
      const session = pending.reason === 'fresh' ? await sessions.current(request) : null
      return page(pending, session?.displayName ?? displayText(pending.loginHint ?? '', 320))
    }
    return (await sessions.current(request)) ? problemPage('loggedIn') : nothingPending(request)
  }

  async function submit(request: HttpRequest): Promise<Answer> {
    if (!services.isOwnForm(request)) return problemPage('foreign')
    const form = await readForm(request)
    // Else another site could log people in as somebody else.
    const pending = await services.pendingLogin(request, hiddenField(form, 'pending'), form.get('page_token'))
    if (!pending) return nothingPending(request)
    const username = form.get('username')
    const password = form.get('password')
    if (username === undefined || password === undefined) {
      return page(pending, username, 'incomplete')
    }
    // A name that is too long is not taken apart by anybody; the address pays for the hash that it costs.
    const isNobodys = username.length > MAX_USERNAME_LENGTH
    const attempt = { username: isNobodys ? '' : username, address: request.address }
    const facts = { username: username.slice(0, 128), address: request.address }
    // Counted before the password is looked at, so that parallel guesses do not slip through.
    const throttledSeconds = await limiter.reserve(attempt)
    if (throttledSeconds > 0) {
      emit({ type: 'login_throttled', ...facts })
      return page(pending, username, { throttledSeconds })
    }
    const user = await check(username, password).catch(async (error: unknown) => {
      if (error instanceof NotJudged) await limiter.giveBack?.(attempt)
      throw error
    })
    if (!user) {
      emit({ type: 'login_failed', ...facts })
      return page(pending, username, 'wrong')
    }
    await limiter.succeed(attempt)
    const returnTo = (await pending.renew?.()) ?? pending.returnTo
    const cookie = await sessions.start(request, { ...user, displayName: displayText(username, 80) || user.subject })
    emit({ type: 'login_succeeded', subject: user.subject, address: request.address })
    // No redirect: what follows would still be held to where this form may lead.
    const goOn = show({ page: 'go_on', url: returnTo }, pending.uiLocales)
    // Browsers read the first, scripts that log somebody in the second.
    return withHeaders(goOn, [['refresh', `0; url=${returnTo}`], ['location', returnTo], cookie])
  }

  const findPending = async (request: HttpRequest, handle: string | undefined) =>
    handle === undefined ? null : services.pendingLogin(request, handle)

  const nothingPending = (request: HttpRequest) => nothingPendingPage(request, { loginUrl: services.appsPath })

  function page(pending: PendingLogin, username: string | undefined, error?: LoginView['error']): PageAnswer {
    const { handle, returnTo, pageToken, client, uiLocales } = pending
    const form = {
      action: loginPath,
      hidden: { pending: handle, ...(pageToken !== undefined && { page_token: pageToken }) },
    }
    const confirm = pending.reason === 'fresh'
    const withReturn = (url: string | undefined) => url && withParameters(url, { return_to: returnTo })
    const forgotPasswordUrl = withReturn(links.forgotPasswordUrl)
    const signUpUrl = withReturn(links.signUpUrl)
    const clientName = client?.client_name
    return show({ page: 'login', form, confirm, clientName, username, error, forgotPasswordUrl, signUpUrl }, uiLocales)
  }

  return { path: loginPath, methods: { GET: showForm, POST: submit } }
}
