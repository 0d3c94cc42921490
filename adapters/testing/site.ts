/**
 * The mounted app as the tests reach it, and the browser and client that they play.
 *
 * @module
 */
import { encodeBase64url, sha256, utf8 } from '../../src/runtime/hash.js'
import { redirectUri, web } from './server.js'

/** A mounted app. */
export interface Site {
  readonly issuer: string
  /** `fetch` without following redirects. URLs of the issuer go to where the app really listens; paths are meant on it. */
  send(url: string, init?: RequestInit): Promise<Response>
}

export function siteAt(issuer: string, mounted: string): Site {
  const { origin } = new URL(issuer)
  return {
    issuer,
    send: (url, init) =>
      fetch(mounted + (url.startsWith(origin) ? url.slice(origin.length) : url), { redirect: 'manual', ...init }),
  }
}

/** The issuer's metadata, from where RFC 8414 §3.1 puts it. */
export async function discover({ issuer, send }: Site): Promise<Record<string, string>> {
  const path = new URL(issuer).pathname.replace(/\/$/, '')
  return json(await send(`/.well-known/oauth-authorization-server${path}`), 200)
}

export const verifier = 'the-code-verifier-of-the-adapter-suite-0123456789'

/** The parameters of a good authorization request. */
export const authorizationRequest = (): Record<string, string> => ({
  response_type: 'code',
  client_id: web.client_id,
  redirect_uri: redirectUri,
  scope: 'notes:read',
  state: 'a b&c=ü+%2B',
  prompt: 'consent',
  code_challenge: encodeBase64url(sha256(utf8(verifier))),
  code_challenge_method: 'S256',
})

/** A browser: keeps cookies, follows redirects on the site, allows what a form asks, and stops at the client's redirect URI. */
export async function browse({ issuer, send }: Site, url: string, form?: URLSearchParams): Promise<URL> {
  const cookies = new Map<string, string>()
  let next: { url: string; form: URLSearchParams | undefined } = { url, form }
  for (let hop = 0; hop < 8; hop++) {
    const response = await send(next.url, {
      method: next.form ? 'POST' : 'GET',
      headers: {
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        ...(next.form && { origin: new URL(issuer).origin, 'content-type': 'application/x-www-form-urlencoded' }),
      },
      body: next.form?.toString() ?? null,
    })
    for (const line of response.headers.getSetCookie()) {
      if (isJoined(line)) fail(`there are two cookies in one line, ${line}. ${cookieHint}`)
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const page = await response.text()
    const location = response.headers.get('location')
    if (location?.startsWith(redirectUri)) return new URL(location)
    const hint = hop === 0 ? queryHint : cookieHint
    next = location ? { url: location, form: undefined } : allow(page, `${next.url} (${response.status}). ${hint}`)
  }
  return fail(`the browser went in circles, last at ${next.url}. ${cookieHint}`)
}

const queryHint = 'Does the query arrive? `url` is path and query, as they came.'
export const cookieHint = 'Is each Set-Cookie a line of its own? `headers` is a list, and a name in it may repeat.'

/** A comma before `name=` ends a cookie; those in dates do not. */
const isJoined = (line: string): boolean => /,\s*[^\s;,=]+=/.test(line)

/** @param at which page it is, and a hint. */
function allow(page: string, at: string): { url: string; form: URLSearchParams } {
  const action = /<form method="post" action="([^"]*)"/.exec(page)?.[1]
  if (action === undefined) return fail(`neither a redirect nor a form, but "${textOf(page)}" at ${at}`)
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  const form = new URLSearchParams(fields.map(([, name = '', value = '']) => [name, value]))
  form.set('decision', 'allow')
  return { url: action, form }
}

/** Posts a form as a client: with its secret in a Basic header, or only named when it has none. */
export function post(
  site: Site,
  url: string,
  form: Record<string, string>,
  client: Credentials = web,
): Promise<Response> {
  const isPublic = client.client_secret === undefined
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams(form)
  if (isPublic) body.set('client_id', client.client_id)
  return site.send(url, {
    method: 'POST',
    headers: isPublic ? headers : { ...headers, authorization: basic(client) },
    body: body.toString(),
  })
}

interface Credentials {
  readonly client_id: string
  readonly client_secret?: string
}

/** RFC 6749 §2.3.1: form-encoded, then base64. */
export const basic = ({ client_id, client_secret = '' }: Credentials): string =>
  `Basic ${btoa([client_id, client_secret].map(encodeURIComponent).join(':'))}`

/** A code for Ada's consent. */
export async function obtainCode(site: Site, more: Record<string, string> = {}): Promise<string> {
  const { authorization_endpoint } = await discover(site)
  const query = new URLSearchParams({ ...authorizationRequest(), ...more })
  const callback = await browse(site, `${authorization_endpoint}?${query}`)
  const hint = callback.searchParams.get('error') === 'login_required' ? `. ${cookieHint}` : ''
  return callback.searchParams.get('code') ?? fail(`no code came back: ${callback.search}${hint}`)
}

/** Tokens for Ada's consent. */
export async function obtainTokens(
  site: Site,
  client: Credentials = web,
  scope = 'notes:read',
): Promise<Record<string, string>> {
  const { token_endpoint = '' } = await discover(site)
  const code = await obtainCode(site, { client_id: client.client_id, scope })
  return json(await post(site, token_endpoint, redemption(code), client), 200)
}

export const redemption = (code: string): Record<string, string> => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: redirectUri,
  code_verifier: verifier,
})

/** Calls the app's API. */
export const callApi = (site: Site, token: string | undefined, method = 'GET'): Promise<Response> =>
  site.send('/api/notes', { method, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })

/** The JSON of an answer that has this status. */
export async function json(response: Response, status: number): Promise<Record<string, string>> {
  const text = await response.text()
  equal(`status (with ${textOf(text)})`, response.status, status)
  try {
    return JSON.parse(text)
  } catch {
    return fail(`expected JSON, got "${textOf(text)}" (${response.status})`)
  }
}

/** What a person would read of a page, or of another text, and not more than fits into a message. */
const textOf = (page: string): string =>
  page
    .replace(/<(head|style|script)\b[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)

export function equal(what: string, actual: unknown, expected: unknown): void {
  const [got, wanted] = [actual, expected].map((value) => JSON.stringify(value) ?? String(value))
  if (got !== wanted) fail(`${what}: expected ${wanted}, got ${got}`)
}

function fail(message: string): never {
  throw new Error(message)
}
