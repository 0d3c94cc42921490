/**
 * Signing in to a client of a server with OpenID Connect: a harness, and what the client gets.
 *
 * @module
 */
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { ServerOptions } from '../../../src/construction/options.js'
import { type OpenIdOptions, openid } from '../../../src/features/openid/index.js'
import {
  authorizeUrl,
  type Browser,
  CALLBACK,
  clients,
  formFields,
  type Harness,
  harness,
  ISSUER,
  pkce,
  redeemForm,
  redirected,
  type Tokens,
} from '../../support/harness.js'

export const USERINFO = `${ISSUER}/oauth/userinfo`

/** What the app knows of everybody. */
export const ada = {
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  picture: 'https://app.example.com/ada.png',
  birthdate: '1815-12-10',
  email: 'ada@example.com',
  email_verified: true,
  phone_number: '+44 20 7946 0000',
  address: { formatted: '12 St James’s Square, London', country: 'GB' },
  // Nothing that any client may ask for.
  password_hash: '$2b$…',
  updated_at: null,
}

/** The client of the tests: it may ask for whatever there is. */
export const forum = { ...clients.web, scope: undefined, default_scope: undefined }

export function provider(options: Partial<ServerOptions> = {}, features: OpenIdOptions = {}): Harness {
  const h = harness({ clients: [forum, clients.api, clients.spa], features: [openid(features)], ...options })
  h.claims = async (_, { for: what }) => (what === 'access_token' ? { plan: 'gold' } : ada)
  return h
}

export interface SignedIn extends Tokens {
  readonly id_token: string
}

type Changes = Record<string, string | null | readonly string[]>

/** From the request to the tokens: agrees to all that is ticked on the consent page. */
export async function signIn(h: Harness, changes: Changes = {}, browser: Browser = h.browser()): Promise<SignedIn> {
  const { verifier, challenge } = pkce()
  let response = await browser.get(authorizeUrl(challenge, { scope: 'openid', ...changes }))
  if (response.status === 200) response = await agree(browser, await response.text())
  return tokensFor(h, response, verifier)
}

/** Redeems the code of an authorization response. */
export async function tokensFor(h: Harness, response: Response, verifier: string): Promise<SignedIn> {
  const code = redirected(response).get('code')
  if (code === null) throw new Error(`no code: ${response.status} ${response.headers.get('location')}`)
  const { status, body } = await h.token({ ...redeemForm({ code, verifier }), redirect_uri: CALLBACK })
  if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)}`)
  return body as SignedIn
}

/** Posts a consent page as it stands, without the boxes in `unticked`. */
export const agree = (browser: Browser, html: string, unticked: readonly string[] = []): Promise<Response> =>
  browser.post('/oauth/consent', {
    ...formFields(html),
    ...Object.fromEntries(
      boxesIn(html)
        .filter((name) => !unticked.includes(name))
        .map((name) => [name, 'on']),
    ),
    decision: 'allow',
  })

/** The names of the ticked boxes of a page. */
export const boxesIn = (html: string): readonly string[] =>
  [...html.matchAll(/<input type="checkbox"[^>]*>/g)]
    .filter(([tag]) => / checked/.test(tag))
    .map(([tag]) => /name="([^"]+)"/.exec(tag)?.[1] ?? '')

interface IdToken {
  readonly header: { readonly alg?: string }
  readonly [claim: string]: unknown
}

/** An ID token as the client reads it: verified with the published keys. */
export async function idTokenOf(h: Harness, { id_token }: { readonly id_token: string }): Promise<IdToken> {
  const keys = (await (await h.server.fetch(new Request(`${ISSUER}/oauth/jwks`))).json()) as never
  const options = { issuer: ISSUER, audience: 'web', currentDate: new Date(h.now) }
  const { payload, protectedHeader } = await jwtVerify(id_token, createLocalJWKSet(keys), options)
  return { ...payload, header: protectedHeader }
}

/** What UserInfo says to a token. */
export async function userInfo(h: Harness, token: string | null, init: RequestInit = {}) {
  const headers = { ...(token !== null && { authorization: `Bearer ${token}` }), ...init.headers }
  const response = await h.server.fetch(new Request(USERINFO, { ...init, headers }))
  const type = response.headers.get('content-type') ?? ''
  const text = await response.text()
  const body = (type.startsWith('application/json') ? JSON.parse(text) : text) as Record<string, unknown>
  return { status: response.status, headers: response.headers, body, text }
}

export const metadata = async (h: Harness) =>
  (await (await h.server.fetch(new Request(`${ISSUER}/.well-known/openid-configuration`))).json()) as Record<
    string,
    unknown
  >
