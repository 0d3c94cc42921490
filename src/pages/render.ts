/**
 * From a view to the answer: in the language of the person, by the app's own hand or as it ships.
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import { seeOther, withHeaders } from '../edge/responses.js'
import { isWebPage } from '../edge/web-page.js'
import { encodeBase64url } from '../runtime/hash.js'
import { refuseUnknown } from '../runtime/option-checks.js'
import { appsPage } from './apps.js'
import { consentPage } from './consent.js'
import { errorPage } from './error.js'
import { formPostPage } from './form-post.js'
import type { Frame } from './frame.js'
import { goOnPage } from './go-on.js'
import { atHand, type Language } from './language.js'
import { type Page, pageDocument } from './layout.js'
import { chooseLocale } from './locale.js'
import { en } from './locales/en.js'
import { loginPage } from './login.js'
import { loggedOutPage, logoutPage } from './logout.js'
import type { Messages } from './messages.js'
import type { Rendered } from './options.js'
import { guardHeaders, imageSource, loadingDirectives } from './policy.js'
import type { PageSettings } from './settings.js'
import { formActionOf, type PageAnswer, retryAfterOf, type ShownView, statusOf } from './views.js'

export interface PageRenderer {
  /** The language in which a page for this request is shown. */
  localeFor(request: HttpRequest, uiLocales: readonly string[]): string
  /** @throws what the app's own `render` throws, and a `TypeError` for what it returns and may not. */
  render(request: HttpRequest, answer: PageAnswer): Promise<HttpResponse>
  /** The page that ships, whatever `render` would do. */
  renderShipped(request: HttpRequest, answer: PageAnswer): Promise<HttpResponse>
}

/** @param onFailure told why a page is in English that should have been in another language. */
export function pageRenderer(
  settings: PageSettings,
  randomBytes: (length: number) => Uint8Array,
  onFailure: (cause: unknown) => void,
): PageRenderer {
  const { render, languages, style, brand, frontEnds, homeUrl } = settings
  const [fallback] = languages.values()
  const english = languages.get('en') ?? atHand(en)
  const freshNonce = () => encodeBase64url(randomBytes(16))

  const languageFor = (request: HttpRequest, uiLocales: readonly string[]): Language =>
    chooseLocale(uiLocales, request.headerValues('accept-language'), languages) ?? fallback ?? english

  const frameFor = async (request: HttpRequest, { uiLocales }: PageAnswer): Promise<Frame> => ({
    messages: await messagesIn(languageFor(request, uiLocales)),
    style,
    brand,
    frontEnds,
  })

  /** Nobody who shows one of these has to know where the app is. */
  const withHome = (answer: PageAnswer): PageAnswer =>
    answer.view.page === 'error' || answer.view.page === 'logged_out' || answer.view.page === 'apps'
      ? { ...answer, view: { homeUrl, ...answer.view } }
      : answer

  async function messagesIn(language: Language): Promise<Messages> {
    try {
      return await language.messages()
    } catch (cause) {
      // Better a page in English than none.
      onFailure(cause)
      return english.messages()
    }
  }

  function shipped({ view, headers }: PageAnswer, frame: Frame): HttpResponse {
    const nonce = view.page === 'form_post' ? freshNonce() : undefined
    return withHeaders(shippedPage(view, frame, nonce), headers)
  }

  return {
    localeFor: (request, uiLocales) => languageFor(request, uiLocales).locale,
    renderShipped: async (request, answer) => shipped(withHome(answer), await frameFor(request, answer)),
    async render(request, given) {
      const answer = withHome(given)
      const frame = await frameFor(request, answer)
      const { view } = answer
      if (!render || view.page === 'go_on') return shipped(answer, frame)
      const nonce = freshNonce()
      // The adapter hands over what the framework works with; the options' type parameter says what that is.
      const context = { messages: frame.messages, nonce, native: request.native as never }
      const rendered = await render(view, context)
      return rendered === undefined || rendered === null
        ? shipped(answer, frame)
        : ownPage(rendered, answer, nonce, settings)
    },
  }
}

/** A page as it ships. Only `form_post` needs a nonce, fresh for each. */
export const shippedPage = (view: ShownView, frame: Frame, nonce?: string): HttpResponse =>
  answerWith(view, pageDocument(pageOf(view, frame.messages), frame, formActionOf(view, frame.frontEnds), nonce))

function pageOf(view: ShownView, messages: Messages): Page {
  switch (view.page) {
    case 'login':
      return loginPage(view, messages)
    case 'consent':
      return consentPage(view, messages)
    case 'apps':
      return appsPage(view, messages)
    case 'logout':
      return logoutPage(view, messages)
    case 'logged_out':
      return loggedOutPage(view, messages)
    case 'error':
      return errorPage(view, messages)
    case 'form_post':
      return formPostPage(view, messages)
    case 'go_on':
      return goOnPage(view, messages)
  }
}

/** What `render` returned, with the headers that guard every page. */
function ownPage(
  rendered: Rendered,
  answer: PageAnswer,
  nonce: string,
  { origins, frontEnds }: PageSettings,
): HttpResponse {
  if (typeof rendered === 'object' && 'redirect' in rendered) {
    refuseUnknown(rendered, ['redirect'], 'pages.render')
    // It may carry the page token, so it goes nowhere but to the app.
    if (isOwnPage(rendered.redirect, origins)) return seeOther(rendered.redirect, answer.headers)
    throw new TypeError(
      'pages.render: redirect must be an absolute path, or a URL on the host of the issuer or on one of pages.frontEnds.',
    )
  }
  const { html, sources = {} } = typeof rendered === 'string' ? { html: rendered } : rendered
  if (typeof html !== 'string' || html.trim() === '') {
    throw new TypeError('pages.render must return an HTML document, { html }, { redirect }, or nothing.')
  }
  if (typeof rendered === 'object') refuseUnknown(rendered, ['html', 'sources'], 'pages.render')
  refuseUnknown(sources, loadingDirectives, 'pages.render: sources')
  const { view } = answer
  const logo = view.page === 'consent' && view.logoUri !== undefined ? imageSource(view.logoUri) : null
  const own = ["'self'"]
  const inline = [...own, `'nonce-${nonce}'`]
  const page = answerWith(view, {
    headers: [
      ['content-type', 'text/html; charset=utf-8'],
      ...guardHeaders({
        'style-src': [...inline, ...(sources['style-src'] ?? [])],
        'script-src': [...inline, ...(sources['script-src'] ?? [])],
        'img-src': [...own, ...(logo === null ? [] : [logo]), ...(sources['img-src'] ?? [])],
        'font-src': [...own, ...(sources['font-src'] ?? [])],
        'connect-src': [...own, ...(sources['connect-src'] ?? [])],
        'form-action': formActionOf(view, frontEnds),
      }),
    ],
    body: html,
  })
  return withHeaders(page, answer.headers)
}

const isOwnPage = (url: unknown, origins: ReadonlySet<string>): boolean =>
  isWebPage(url) && (url.startsWith('/') || (URL.canParse(url) && origins.has(new URL(url).origin)))

function answerWith(view: ShownView, { headers, body }: Pick<HttpResponse, 'headers' | 'body'>): HttpResponse {
  const wait = retryAfterOf(view)
  return {
    status: statusOf(view),
    headers: wait === undefined ? headers : [...headers, ['retry-after', String(wait)]],
    body,
  }
}
