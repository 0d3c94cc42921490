/**
 * What the demo client does, one function per button of the page. The protocol is openid-client's, a library that knows nothing
 * of this server; each function says afterwards what happened, judged by what really came back.
 *
 * @module
 */
import * as oauth from 'openid-client'
import { resourceOf, retryWindow } from './auth.js'
import type { Clients } from './clients.js'
import { type Chapter, notedFetch, type Outcome, type Party } from './journal.js'
import type { ClientState, Session } from './sessions.js'

/** One step of one browser. */
export interface Turn {
  readonly session: Session
  readonly chapter: Chapter
  readonly issuer: string
  readonly clients: Clients
  readonly now: () => number
}

/** Seconds by which the library lets clocks of several instances differ: inside them a retry is still a retry. */
const clockTolerance = 5

/** Begins the code flow: where to send the browser. `wish` may have `scope` and `prompt`. */
export async function startLogin(turn: Turn, wish: Record<string, string>): Promise<string> {
  const { chapter, clients, issuer } = turn
  const verifier = oauth.randomPKCECodeVerifier()
  const state = oauth.randomState()
  // Kept where only this browser's session finds them, for the way back.
  remember(turn, { login: { state, verifier, chapter: chapter.id }, visit: null })
  const url = oauth.buildAuthorizationUrl(await discover(turn), {
    redirect_uri: clients.web.redirect_uris[0] ?? '',
    resource: resourceOf(issuer),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...wish,
  })
  return url.href
}

/** The browser is back: checks the answer, and exchanges the code for tokens. */
export async function finishLogin(turn: Turn, answer: URL): Promise<Outcome> {
  const { login } = turn.session.state
  remember(turn, { login: null })
  if (!login) return bad('This answer belongs to no login that this browser began here. Its code was not used.')
  try {
    const checks = { expectedState: login.state, pkceCodeVerifier: login.verifier }
    // Also compares `iss` with the issuer that was asked (RFC 9207 §2.4).
    keep(turn, await oauth.authorizationCodeGrant(await clientFor(turn, 'web'), answer, checks))
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied') {
      remember(turn, { denied: true })
      return note(
        `You said no. The client learned “access_denied” and nothing else: no code, no token.${await stillGood(turn)}`,
      )
    }
    return bad(`There are no tokens: ${error instanceof Error ? error.message : error}.`)
  }
  remember(turn, { spent: null, denied: false })
  const wasAsked = turn.chapter.exchanges.some(
    ({ to, request }) => to === 'server' && request.method === 'POST' && /\/(?:login|consent)$/.test(request.url),
  )
  return good(
    `${wasAsked ? 'The server asked you, not the client.' : 'The server knew you and your consent, so it did not ask again.'} The client never saw your password. It got a code that works once, and exchanged it, with its secret and its PKCE verifier, for an access token and a refresh token.`,
  )
}

export async function callApi(turn: Turn, method: 'GET' | 'POST'): Promise<Outcome> {
  const { ok, status } = await askApi(turn, tokensOf(turn).access_token, method)
  if (ok) {
    return good(
      'The API checked the token: signature, issuer, audience, scope, and that its grant is still alive. Then it answered for the user in it.',
    )
  }
  if (status === 403)
    return bad('The token is good, but you did not grant this scope to the client, so the API refused.')
  return hasExpired(turn)
    ? bad('The API refused the token: it has expired. Refresh for a new one.')
    : bad('The API refused the token, which has not expired: its grant has ended.')
}

/** A page of the server is opened for the person alone; what is said there belongs into this chapter. */
export function startVisit(turn: Pick<Turn, 'session' | 'chapter'>): void {
  remember(turn, { visit: turn.chapter.id })
}

/** The person has disconnected something among the connected apps. */
export async function afterApps(turn: Turn): Promise<Outcome> {
  const wasActive = turn.session.state.grant === 'active'
  if (!wasActive) return note('Done, between you and the server. This client had no grant that was alive.')
  const status = await askForState(turn)
  return turn.session.state.grant === 'ended'
    ? note(
        `You ended it at the server, and nobody told the client. It finds out at its next call, which the API answered with ${status}: its tokens are worth nothing any more.`,
      )
    : note(`Done, but the client still has its access: the API answered ${status}.`)
}

/** The person has logged out of the server. */
export async function afterLogout(turn: Turn): Promise<Outcome> {
  const text = 'You are logged out of the server, which asks for your password at the next login.'
  if (turn.session.state.grant !== 'active') return note(text)
  const status = await askForState(turn)
  return note(
    `${text} That is no matter of the client: what you granted stays until you disconnect it, and the API answered ${status}.`,
  )
}

export async function refresh(turn: Turn): Promise<Outcome> {
  const before = tokensOf(turn).refresh_token
  const result = await useRefreshToken(turn, before)
  if (typeof result === 'string') {
    remember(turn, { grant: 'ended' })
    return bad(`The server refused with “${result}”: the grant has ended, and with it every token of it.`)
  }
  keep(turn, result)
  // Counted from when the answer is here, so never too early.
  remember(turn, { spent: { refresh_token: before, replayAt: turn.now() + (retryWindow + clockTolerance) * 1000 } })
  return good(
    `A new access token, and the refresh token was replaced: the one before is spent. Presenting that one again is a harmless retry for ${retryWindow + clockTolerance} seconds (a retry window of ${retryWindow} and ${clockTolerance} for clocks that differ). After that it is a replay.`,
  )
}

/** Presents the refresh token before the current one: a retry or a replay, as the time decides. */
export async function presentSpent(turn: Turn): Promise<Outcome> {
  const { refresh_token: current, access_token } = tokensOf(turn)
  const { spent } = turn.session.state
  if (!spent) throw new Error('There is no spent token yet. Refresh first.')
  const result = await useRefreshToken(turn, spent.refresh_token)
  if (typeof result !== 'string') {
    keep(turn, result)
    if (result.refresh_token !== current) return bad('Another successor. That must not happen: please report it.')
    const text =
      'A retry. The spent token gave the very same successor, character for character, and a fresh access token. So a lost answer or a second tab logs nobody out.'
    return { ...good(text), same: [current, result.refresh_token] }
  }
  remember(turn, { grant: 'ended' })
  const honest = await useRefreshToken(turn, current)
  const api = await askApi(turn, access_token, 'GET')
  return bad(
    `A replay. Somebody holds a token that was spent long ago, and the server cannot tell the thief from the owner, so it ended the grant: the spent token got “${result}”, the current refresh token ${typeof honest === 'string' ? `“${honest}”` : 'still worked'}, and the API answered ${api.status}. Log in again for a new grant.`,
  )
}

export async function revoke(turn: Turn): Promise<Outcome> {
  const { refresh_token, access_token } = tokensOf(turn)
  await oauth.tokenRevocation(await clientFor(turn, 'web'), refresh_token)
  remember(turn, { grant: 'ended' })
  const api = await askApi(turn, access_token, 'GET')
  return note(
    `The client gave its refresh token back, and the server ended the grant with all its tokens. The API, which asks the server in the same process, knew at once: it answered ${api.status}.`,
  )
}

/** The API asks the server about the token, as one elsewhere would. */
export async function introspect(turn: Turn): Promise<Outcome> {
  const { access_token } = tokensOf(turn)
  const { active } = await oauth.tokenIntrospection(await clientFor(turn, 'api'), access_token)
  return active
    ? good('The server says: active, and for whom, for which client, with which scope, and until when.')
    : note('The server says: not active. It does not say why; that is nobody’s business who merely holds a token.')
}

/** No browser, no user: the service speaks for itself. */
export async function clientCredentials(turn: Turn): Promise<Outcome> {
  const { client_name, scope } = turn.clients.service
  const wish = { resource: resourceOf(turn.issuer), scope }
  const { access_token } = await oauth.clientCredentialsGrant(await clientFor(turn, 'service'), wish)
  remember(turn, { serviceToken: access_token })
  const api = await askApi(turn, access_token, 'GET')
  return good(
    `The client “${client_name}” got an access token for itself, with no user and no refresh token, and the API answered ${api.status}: the subject is the client.`,
  )
}

/** What was learned from the metadata, per issuer. */
const known = new Map<string, oauth.ServerMetadata>()

/** Asks the server who it is and where everything is. Refuses the document of another issuer (RFC 8414 §3.3). */
async function discover(turn: Turn): Promise<oauth.Configuration> {
  const { client_id, client_secret } = turn.clients.web
  const found = await oauth.discovery(new URL(turn.issuer), client_id, client_secret, undefined, {
    algorithm: 'oauth2',
    execute: [oauth.allowInsecureRequests],
    [oauth.customFetch]: notedFetch(turn.session.journal, turn.chapter, 'client', 'server'),
  })
  known.set(turn.issuer, found.serverMetadata())
  return found
}

/** One of the clients, ready to talk to the server. What it says is noted. */
async function clientFor(turn: Turn, name: 'web' | 'service' | 'api'): Promise<oauth.Configuration> {
  const { client_id, client_secret } = turn.clients[name]
  const server = known.get(turn.issuer) ?? (await discover(turn)).serverMetadata()
  const secret = oauth.ClientSecretBasic(client_secret)
  const client = new oauth.Configuration(server, client_id, client_secret, secret)
  const party: Party = name === 'api' ? 'api' : 'client'
  client[oauth.customFetch] = notedFetch(turn.session.journal, turn.chapter, party, 'server')
  // Plain http, only because the playground is on this machine.
  oauth.allowInsecureRequests(client)
  return client
}

/** The tokens, or the error code of the refusal. */
async function useRefreshToken(turn: Turn, token: string): Promise<oauth.TokenEndpointResponse | string> {
  try {
    return await oauth.refreshTokenGrant(await clientFor(turn, 'web'), token)
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) return error.error
    throw error
  }
}

/** What is to be said of tokens that the client has from before, after asking the API about them. */
async function stillGood(turn: Turn): Promise<string> {
  if (turn.session.state.grant !== 'active') return ''
  const status = await askForState(turn)
  return status === 200
    ? ' The tokens of the login before are still good: the API answered 200.'
    : ` The tokens of the login before are no longer good: the API answered ${status}.`
}

/** Calls the API, to learn whether the grant is alive. */
const askForState = async (turn: Turn): Promise<number> =>
  (await askApi(turn, tokensOf(turn).access_token, 'GET')).status

/** Whether the access token is too old, so that a refusal says nothing of its grant. RFC 9068 §2.2. */
function hasExpired(turn: Turn): boolean {
  const [, payload = ''] = tokensOf(turn).access_token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).exp * 1000 <= turn.now()
}

async function askApi(turn: Turn, token: string, method: 'GET' | 'POST'): Promise<Response> {
  const { session, chapter, issuer } = turn
  const body = method === 'POST' ? JSON.stringify({ text: 'A note from the playground' }) : null
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
  const send = notedFetch(session.journal, chapter, 'client', 'api')
  const response = await send(`${resourceOf(issuer)}/notes`, { method, headers, body })
  const isOwn = token === session.state.tokens?.access_token
  if (isOwn && response.status === 401 && !hasExpired(turn)) remember(turn, { grant: 'ended' })
  return response
}

function tokensOf({ session }: Turn) {
  if (session.state.tokens) return session.state.tokens
  throw new Error('There are no tokens yet. Log in first.')
}

function keep(turn: Turn, { access_token, refresh_token = '', scope = '' }: oauth.TokenEndpointResponse): void {
  remember(turn, { tokens: { access_token, refresh_token, scope }, grant: 'active' })
}

function remember({ session }: Pick<Turn, 'session'>, change: Partial<ClientState>): void {
  session.state = { ...session.state, ...change }
}

const good = (text: string): Outcome => ({ tone: 'good', text })
const note = (text: string): Outcome => ({ tone: 'note', text })
const bad = (text: string): Outcome => ({ tone: 'bad', text })
