/**
 * Who is calling: client authentication at the token, revocation and introspection endpoints. A client proves itself in
 * exactly the way that it is registered for; one that is registered for none has a secret, and the choice where to put it. Whether a client
 * exists cannot be learned from a refusal.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 §2.3}
 * @module
 */
import type { Client } from '../clients/client.js'
import { OAuthError, type RefusalReason } from '../edge/errors.js'
import type { HttpRequest } from '../edge/message.js'
import type { ClientAuthentication, PresentedClient, SentCredentials } from '../points/client-authentication.js'
import type { Deployed } from '../points/tables.js'
import { isPublicClient, mayUseMethod, methodsOf } from '../protocol/client-settings.js'
import { listed, quoted, unknownClient, withoutSecrets } from '../protocol/hint.js'
import type { Parameters } from '../protocol/parameters.js'
import { orList } from '../protocol/spelling.js'

/**
 * The client that sent the request. A public one is only named, not proven (`token_endpoint_auth_method` is `none`).
 *
 * @throws {OAuthError} `invalid_request` for more than one way of authenticating at once and for a scheme that nobody reads, else
 * `invalid_client`.
 */
export async function authenticateClient(http: HttpRequest, form: Parameters, deployment: Deployed): Promise<Client> {
  const { clientAuthentication: ways } = deployment.tables
  for (const name of ['client_id', 'client_secret']) {
    const problem = form.problems.get(name)
    if (problem === undefined) continue
    throw new OAuthError('invalid_request', `The parameter ${name} cannot be used.`, { reason: `parameter_${problem}` })
  }
  const lines = http.headerValues('authorization')
  if (lines.length > 1) {
    throw new OAuthError('invalid_request', 'There is more than one Authorization header.', {
      reason: 'client_auth_several',
    })
  }
  const sent: SentCredentials = { http, authorization: lines[0], form }
  const found = findCredentials(ways, sent)
  const named = form.get('client_id')
  const { client_id = named, orClientId } = found?.presented ?? {}
  if (client_id === undefined) {
    throw invalidClient('There is no client authentication and no client_id.', 'client_auth_missing', {
      hint: `Received a form with ${listed(form.names().filter(isName))}, and no Authorization header.`,
    })
  }
  if (named !== undefined && named !== client_id && named !== orClientId) {
    throw new OAuthError('invalid_request', 'client_id is not that of the client that authenticates.', {
      reason: 'client_id_mismatch',
      hint: `Received client_id=${quoted(named)} with the credentials of ${quoted(client_id)}.`,
    })
  }
  const known = deployment.clients.find(named ?? client_id, http)
  let client = known instanceof Promise ? await known : known
  // The other reading is looked up only where nobody has the first: one client is settled on, and only its proof is judged.
  if (!client && named === undefined && orClientId !== undefined)
    client = await deployment.clients.find(orClientId, http)
  const { way, presented } = found ?? ambientCredentials(ways, sent, client)
  const problem = await judge(client, way, presented, deployment)
  if (client && problem === null) return client
  const { reason, hint } =
    typeof problem === 'object' && problem !== null
      ? problem
      : {
          reason: problem ?? 'client_unknown',
          hint: hintFor(problem ?? 'client_unknown', client_id, client, presented),
        }
  throw invalidClient(
    'The client is unknown, or this is not its secret, or not the way it is registered to authenticate.',
    reason,
    {
      challenge: sent.authorization === undefined ? undefined : found?.way.challenge,
      clientId: client ? client_id : withoutSecrets(client_id),
      hint,
    },
  )
}

/** JSON in a form is one long name, with whatever secrets it has; those have 32 characters and more. */
const isName = (name: string): boolean => /^[A-Za-z_.-]{1,31}$/.test(name)

interface Credentials {
  readonly way: ClientAuthentication
  readonly presented: PresentedClient
}

/** What the client has presented on purpose; null when nothing. */
function findCredentials(ways: readonly ClientAuthentication[], sent: SentCredentials): Credentials | null {
  const { authorization, form } = sent
  // What nobody here can read was meant as an authentication all the same.
  let strangeHeader = authorization
  let strangeAssertion = form.get('client_assertion') !== undefined || form.get('client_assertion_type') !== undefined
  let count = 0
  let only: { readonly way: ClientAuthentication; readonly presented: PresentedClient | string } | undefined
  for (const way of ways) {
    const presented = way.ambient ? null : way.read(sent)
    if (presented === null) continue
    count++
    only = { way, presented }
    if (way.scheme !== undefined) strangeHeader = undefined
    if (way.parameters?.includes('client_assertion')) strangeAssertion = false
  }
  // Not 401: no client is refused here, and what it put there is most often meant for an API and sent by mistake.
  if (strangeHeader !== undefined) throw strangeScheme(strangeHeader, ways)
  // RFC 6749 §2.3: not more than one authentication method in each request.
  if (count + Number(strangeAssertion) > 1) {
    throw new OAuthError('invalid_request', 'Use one way of client authentication, not several at once.', {
      reason: 'client_auth_several',
    })
  }
  if (strangeAssertion)
    throw invalidClient('Client assertions are not supported.', 'client_auth_method', {
      hint: `Received client_assertion_type ${quoted(form.get('client_assertion_type') ?? '')}, and no feature of the option features reads it.`,
    })
  if (!only) return null
  const { way, presented } = only
  if (typeof presented === 'string') {
    throw invalidClient(presented, 'client_auth_malformed', {
      challenge: way.challenge,
      hint: `Received ${orList(way.methods)}.`,
    })
  }
  return { way, presented }
}

/** Names the scheme, but nothing that could be a secret: those have 32 characters and more. */
function strangeScheme(authorization: string, ways: readonly ClientAuthentication[]): OAuthError {
  const [, scheme] = /^([A-Za-z][A-Za-z0-9-]{0,19})(?: |$)/.exec(authorization) ?? []
  const has = scheme === undefined ? 'is not of' : `has the scheme ${scheme}, and not`
  // `Basic`, and whatever features bring.
  const schemes = orList(ways.flatMap(({ scheme = [] }) => (scheme === 'basic' ? 'Basic' : scheme)))
  return new OAuthError(
    'invalid_request',
    `The Authorization header ${has} the scheme ${schemes}; leave it out, or authenticate the client with it.`,
    { reason: 'client_auth_malformed', hint: 'It is most often an access token that was sent here by mistake.' },
  )
}

/** What may be there without being meant counts for a client that is registered for it, and for no other. */
function ambientCredentials(
  ways: readonly ClientAuthentication[],
  sent: SentCredentials,
  client: Client | null,
): Partial<Credentials> {
  const method = client?.token_endpoint_auth_method
  const way = ways.find(({ ambient, methods }) => ambient && method !== undefined && methods.includes(method))
  const presented = way?.read(sent)
  return way && typeof presented === 'object' && presented !== null ? { way, presented } : {}
}

/** Why the client is not believed, for events; null when it is. */
function judge(
  client: Client | null,
  way: ClientAuthentication | undefined,
  presented: PresentedClient | undefined,
  deployment: Deployed,
): ReturnType<ClientAuthentication['judge']> {
  if (!client) return 'client_unknown'
  if (isPublicClient(client) && presented?.isEmpty) return null
  if (!presented || !mayUseMethod(client, presented.method) || !way?.methods.includes(presented.method)) {
    return 'client_auth_method'
  }
  // What is there without being meant was not asked whose it is before.
  if (client.client_id !== presented.client_id && client.client_id !== presented.orClientId) return 'client_auth_other'
  return way.judge(client, presented, deployment)
}

/** What was received, and what the client is registered for. Never what proves it. */
function hintFor(
  reason: RefusalReason,
  client_id: string,
  client: Client | null,
  presented: PresentedClient | undefined,
): string | undefined {
  if (!client) return unknownClient(client_id)
  switch (reason) {
    case 'client_auth_method':
      return `It is registered for ${orList(methodsOf(client))}, and came with ${presented?.method ?? 'its client_id alone'}.`
    case 'client_secret_wrong':
      return 'It is none of the secrets of this client. For another: npx grantwright client rotate-secret.'
    case 'client_secret_expired':
      return 'It is a former one: tell the client the newer one.'
    default:
      return presented && `It used ${presented.method}.`
  }
}

interface InvalidClient {
  readonly challenge?: string | undefined
  readonly clientId?: string | undefined
  readonly hint?: string | undefined
}

function invalidClient(description: string, reason: RefusalReason, more: InvalidClient): OAuthError {
  const { challenge, clientId, hint } = more
  // RFC 6749 §5.2: a client that used the Authorization header is answered with the matching challenge; the others get that of every 401.
  const headers: [string, string][] = challenge ? [['www-authenticate', challenge]] : []
  return new OAuthError('invalid_client', description, { headers, reason, clientId, hint })
}
