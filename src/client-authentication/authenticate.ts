/**
 * Who is calling: client authentication at the token, revocation and introspection endpoints. A client proves itself in
 * exactly the way that it is registered for. Whether it exists cannot be learned from a refusal.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 §2.3}
 * @module
 */

import { type Client, clientSecretHash } from '../clients/client.js'
import { OAuthError } from '../edge/errors.js'
import type { HttpRequest } from '../edge/message.js'
import { asciiLowerCase } from '../protocol/ascii.js'
import type { TokenEndpointAuthMethod } from '../protocol/client-settings.js'
import type { Parameters } from '../protocol/parameters.js'

/** What client authentication needs of the server. */
export interface ClientAuthenticationContext {
  readonly clients: { find(client_id: string): Client | null | Promise<Client | null> }
  now(): number
}

/**
 * The client that sent the request. A public one is only named, not proven (`token_endpoint_auth_method` is `none`).
 *
 * @throws {OAuthError} `invalid_request` for more than one way of authenticating at once, else `invalid_client`.
 */
export async function authenticateClient(
  request: HttpRequest,
  form: Parameters,
  context: ClientAuthenticationContext,
): Promise<Client> {
  const presented = readCredentials(request, form)
  const hash = presented.secret === undefined ? undefined : clientSecretHash(presented.secret)
  const found = context.clients.find(presented.client_id)
  const client = found instanceof Promise ? await found : found
  const problem = judge(client, presented.method, hash, context.now())
  if (client && !problem) return client
  throw invalidClient(
    'The client is unknown, or this is not its secret, or not the way it is registered to authenticate.',
    problem ?? 'client_unknown',
    presented.method === 'client_secret_basic',
  )
}

interface Credentials {
  readonly method: TokenEndpointAuthMethod
  readonly client_id: string
  readonly secret: string | undefined
}

/** Why the client is not believed, for events; null when it is. */
function judge(
  client: Client | null,
  method: TokenEndpointAuthMethod,
  hash: string | undefined,
  now: number,
): string | null {
  if (!client) return 'client_unknown'
  // RFC 7591 §2: the registered method, and no other, even if the secret were right.
  if (client.token_endpoint_auth_method !== method) return 'client_auth_method'
  if (method === 'none') return null
  const secret = client.secrets.find((known) => known.hash === hash)
  if (!secret) return 'client_secret_wrong'
  return secret.expiresAt !== null && now >= secret.expiresAt ? 'client_secret_expired' : null
}

function readCredentials(request: HttpRequest, form: Parameters): Credentials {
  for (const name of ['client_id', 'client_secret']) {
    if (form.problems.has(name)) throw new OAuthError('invalid_request', `The parameter ${name} cannot be used.`)
  }
  const lines = request.headerValues('authorization')
  if (lines.length > 1) throw new OAuthError('invalid_request', 'There is more than one Authorization header.')
  const client_id = form.get('client_id')
  const secret = form.get('client_secret')
  const hasAssertion = form.get('client_assertion') !== undefined || form.get('client_assertion_type') !== undefined
  // RFC 6749 §2.3: not more than one authentication method in each request.
  if (Number(lines.length > 0) + Number(secret !== undefined) + Number(hasAssertion) > 1) {
    throw new OAuthError('invalid_request', 'Use one way of client authentication, not several at once.')
  }
  const [line] = lines
  if (line !== undefined) {
    const basic = parseBasic(line)
    if (typeof basic === 'string') throw invalidClient(basic, 'client_auth_malformed', true)
    if (client_id !== undefined && client_id !== basic.client_id) {
      throw new OAuthError('invalid_request', 'client_id differs from the client in the Authorization header.')
    }
    return { method: 'client_secret_basic', ...basic }
  }
  if (hasAssertion) throw invalidClient('Client assertions are not supported.', 'client_auth_method', false)
  if (client_id === undefined) {
    throw invalidClient('There is no client authentication and no client_id.', 'client_auth_missing', false)
  }
  return { method: secret === undefined ? 'none' : 'client_secret_post', client_id, secret }
}

/** RFC 7617 §2, with id and secret form-encoded inside (RFC 6749 §2.3.1). A sentence when it cannot be read. */
function parseBasic(line: string): { readonly client_id: string; readonly secret: string } | string {
  const [, scheme, token] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?: +([A-Za-z0-9+/]+={0,2}))? *$/.exec(line) ?? []
  if (asciiLowerCase(scheme ?? '') !== 'basic') return 'The Authorization header must use the scheme Basic and base64.'
  const text = token === undefined ? null : decodeUtf8Base64(token)
  if (text === null) return 'The Basic credentials are not base64 of UTF-8.'
  const colon = text.indexOf(':')
  if (colon < 0) return 'The Basic credentials have no colon.'
  const client_id = formDecode(text.slice(0, colon))
  const secret = formDecode(text.slice(colon + 1))
  if (!client_id || secret === null)
    return 'Client id and secret must be form-encoded before base64 (RFC 6749, section 2.3.1).'
  return { client_id, secret }
}

function decodeUtf8Base64(token: string): string | null {
  try {
    return decoder.decode(Uint8Array.from(atob(token), (character) => character.charCodeAt(0)))
  } catch {
    return null
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function formDecode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}

function invalidClient(description: string, reason: string, byHeader: boolean): OAuthError {
  // RFC 6749 §5.2: a client that used the Authorization header is answered with the matching challenge.
  const headers: [string, string][] = byHeader ? [['www-authenticate', 'Basic realm="client", charset="UTF-8"']] : []
  return new OAuthError('invalid_client', description, { headers, reason })
}
