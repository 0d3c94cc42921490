/**
 * The headers that guard every page: nothing loaded but what the page names, no framing, no cache, no referrer for other sites, and where
 * somebody types a password, forms that lead nowhere else.
 *
 * @module
 */
import type { HttpResponse } from '../edge/message.js'
import { sha256 } from '../runtime/hash.js'

/** Sources of a Content-Security-Policy by directive. What is left out loads nothing. */
export interface PageSources {
  /** Where forms of the page may lead, redirects included; null for anywhere. @default nowhere */
  readonly 'form-action'?: readonly string[] | null | undefined
  readonly 'style-src'?: readonly string[] | undefined
  readonly 'script-src'?: readonly string[] | undefined
  readonly 'img-src'?: readonly string[] | undefined
  readonly 'font-src'?: readonly string[] | undefined
  readonly 'connect-src'?: readonly string[] | undefined
}

/** @throws {TypeError} when a source would break out of the policy, or allow what a page of a login must not. */
export function guardHeaders(sources: PageSources): HttpResponse['headers'] {
  return [
    ['content-security-policy', policy(sources)],
    // RFC 9700 §4.16: for browsers that do not know frame-ancestors.
    ['x-frame-options', 'DENY'],
    // RFC 9700 §4.2.4: the page's own URL may hold a request's handle, which no other site may see. Ours must: `no-referrer` would make browsers
    // write `Origin: null` on our own forms.
    ['referrer-policy', 'same-origin'],
    ['x-content-type-options', 'nosniff'],
    ['cache-control', 'no-store'],
    ['pragma', 'no-cache'],
  ]
}

export const loadingDirectives = ['style-src', 'script-src', 'img-src', 'font-src', 'connect-src'] as const

function policy(sources: PageSources): string {
  const loading = loadingDirectives.flatMap((directive) => {
    const given = sources[directive] ?? []
    return given.length > 0 ? [`${directive} ${checked(directive, given)}`] : []
  })
  const { 'form-action': targets = [] } = sources
  // Chromium applies it to all redirects that follow a form, the client's own ones as well.
  const formAction = targets === null ? [] : [`form-action ${checked('form-action', targets) || "'none'"}`]
  return ["default-src 'none'", ...loading, ...formAction, "frame-ancestors 'none'", "base-uri 'none'"].join('; ')
}

/**
 * Not `'unsafe-inline'` and `'unsafe-eval'`, nor scripts and styles from everywhere (`https:`) or out of the page itself (`data:`): who
 * can write into a page could then press its buttons.
 */
function checked(directive: string, sources: readonly string[]): string {
  const mayRun = directive === 'script-src' || directive === 'style-src'
  const wrong = sources.filter((source) => !isSource.test(source) || (mayRun && /^[^'].*:$/.test(source)))
  if (wrong.length === 0) return sources.join(' ')
  throw new TypeError(
    `'${wrong[0]}' is not a source for ${directive}. Write 'self', an origin such as https://cdn.example.com, a nonce or a hash.`,
  )
}

const isSource =
  /^(?:'self'|'nonce-[A-Za-z0-9_-]{16,}'|'sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}'|[a-z][a-z0-9+.-]*:(?:\/\/[a-z0-9._-]+(?::[0-9]+)?(?:\/[\x21-\x2b\x2d-\x3a\x3c-\x7e]*)?)?)$/

/** The source that lets a `style` or `script` run in which exactly this stands. */
export const hashSource = (text: string): string => `'sha256-${btoa(String.fromCharCode(...sha256(text)))}'`

/**
 * The source that lets a form lead to an origin of the web. CSP has no notation for the address `[::1]`, for which it is all of `http:`.
 *
 * @see {@link https://www.w3.org/TR/CSP3/#directive-form-action CSP 3 §6.4.1}
 */
export function originSource(url: string): string {
  const { origin, protocol, hostname } = new URL(url)
  return hostname.startsWith('[') ? protocol : origin
}

/**
 * The source that lets a page show one image of a stranger and no other: its URL without the query, which a policy cannot name.
 * Null for what is not `https`, or would stand for more than one image.
 */
export const imageSource = (url: string): string | null => (/^https:/i.test(url) ? fileSource(url) : null)

/**
 * The source for one file: its URL without the query. Null for what is not on the web, or would stand for more than one file.
 *
 * @see {@link https://www.w3.org/TR/CSP3/#match-paths CSP 3 §6.7.2.12}
 */
export function fileSource(url: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(url) || !URL.canParse(url)) return null
  const { origin, pathname } = new URL(url)
  // In a policy, commas and semicolons would end the source.
  const source = origin + pathname.replaceAll(',', '%2C').replaceAll(';', '%3B')
  return /^https?:\/\/[a-z0-9._-]+(?::[0-9]+)?\/[\x21-\x7e]*[^/]$/.test(source) ? source : null
}
