/**
 * The endpoint behind the login form: GET shows it, POST logs somebody in. Both want something that waits for the login in this
 * browser, and the way on is taken from there, never from a parameter.
 *
 * @module
 */
import { OAuthError } from '../errors.js'
import { readForm } from '../form.js'
import type { HttpRequest, HttpResponse } from '../message.js'
import { errorPage } from '../pages/error.js'
import { displayText } from '../pages/html.js'
import { type LoginView, loginPage } from '../pages/login.js'
import { en } from '../pages/messages.js'
import { isOwnForm } from '../pages/own-form.js'
import { type Parameters, parseParameters } from '../protocol/parameters.js'
import { seeOther } from '../responses.js'
import type { PendingLogin } from './contract.js'
import type { PasswordCheck } from './password-check.js'
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

  async function show(request: HttpRequest): Promise<HttpResponse> {
    const at = request.url.indexOf('?')
    const handle = at < 0 ? undefined : parseParameters(request.url.slice(at + 1)).get('pending')
    const pending = await findPending(request, handle)
    return pending ? loginPage(viewOf(pending, displayText(pending.loginHint ?? '', 320))) : nothingPending(request)
  }

  async function submit(request: HttpRequest): Promise<HttpResponse> {
    if (!isOwnForm(request, services.issuer)) return refused('foreign', 403)
    const form = await readPage(request)
    if ('status' in form) return form
    const pending = await findPending(request, form.get('pending'))
    if (!pending) return nothingPending(request)
    const username = form.get('username')
    const password = form.get('password')
    if (username === undefined || password === undefined) {
      return loginPage(viewOf(pending, username, 'incomplete'))
    }
    const attempt = { username, address: request.address }
    const facts = { username: username.slice(0, 128), address: request.address }
    // Counted before the password is looked at, so that parallel guesses do not slip through.
    const throttledSeconds = await limiter.reserve(attempt)
    if (throttledSeconds > 0) {
      emit({ type: 'login_throttled', ...facts })
      return loginPage(viewOf(pending, username, { throttledSeconds }))
    }
    const user = await check(username, password)
    if (!user) {
      emit({ type: 'login_failed', ...facts })
      return loginPage(viewOf(pending, username, 'wrong'))
    }
    await limiter.succeed(attempt)
    const cookie = await sessions.start(request, { ...user, displayName: displayText(username, 80) || user.subject })
    emit({ type: 'login_succeeded', subject: user.subject, address: request.address })
    return seeOther(pending.returnTo, [cookie])
  }

  const findPending = async (request: HttpRequest, handle: string | undefined) =>
    handle === undefined ? null : services.pendingLogin(request, handle)

  function viewOf(pending: PendingLogin, username: string | undefined, error?: LoginView['error']): LoginView {
    const { handle, client, formAction } = pending
    return { action: loginPath, handle, clientName: client?.client_name, username, error, formAction, ...links }
  }

  return { path: loginPath, methods: { GET: show, POST: submit } }
}

async function readPage(request: HttpRequest): Promise<Parameters | HttpResponse> {
  try {
    return await readForm(request)
  } catch (error) {
    if (error instanceof OAuthError) return refused('unreadable', error.status)
    throw error
  }
}

/** Without a single cookie it is most likely the browser that keeps none. */
function nothingPending(request: HttpRequest): HttpResponse {
  return refused(request.headerValues('cookie').length === 0 ? 'cookies' : 'expired', 400)
}

const refused = (reason: keyof typeof en.refused, status: number): HttpResponse =>
  errorPage({ status, ...en.refused[reason] })
