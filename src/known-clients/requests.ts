/**
 * What a known client sends to a server, made of the data: to play it from outside. Pure.
 *
 * @module
 */
import { isPrivateUseRedirect } from '../protocol/redirect-uri.js'
import type { Condition, Identification, KnownClient, RegistrationBody } from './known-client.js'

/** What a client meets, and what it brings along. */
export interface Encounter {
  /** Metadata of the server (RFC 8414), as it was read. */
  readonly server: { readonly [member: string]: unknown }
  /** `resource` of the metadata of the resource, or the URL that the client was given. */
  readonly resource: string
  /** `scopes_supported` of the metadata of the resource. */
  readonly resourceScopes?: readonly string[] | undefined
  /** `scope` of the challenge. */
  readonly challengeScope?: string | undefined
  /** A scope that a person has set. */
  readonly configuredScope?: string | undefined
  /** A `client_id` that a person has set. */
  readonly configuredClientId?: string | undefined
  /** The URL of a metadata document that a person, or the app, has set. */
  readonly configuredDocument?: string | undefined
  /** The port that it listens on. @default the one that it tries first, else 49152 */
  readonly port?: number | undefined
  /** What stands for `{id}`. @default `example` */
  readonly id?: string | undefined
  /** The redirect URI that an app brings to a library; others have their own. */
  readonly redirectUri?: string | undefined
  /** What the person has called the server. @default `example` */
  readonly name?: string | undefined
}

/** First of the ports that nobody is given (RFC 6335 §6). */
const DYNAMIC_PORT = 49_152

/** How the client identifies itself there; undefined when it cannot. `client_id` is absent where it registers first. */
export function identify(
  client: KnownClient,
  met: Encounter,
): (Identification & { readonly client_id?: string }) | undefined {
  const way = client.identifies.find(({ when }) => hold(when, met))
  if (way === undefined) return undefined
  const { by, document } = way
  const client_id =
    by === 'static' ? met.configuredClientId : by === 'document' ? (document ?? met.configuredDocument) : undefined
  return client_id === undefined ? way : { ...way, client_id: withId(client_id, met) }
}

/** Where the client wants the answer; undefined for a library to which the app has brought nothing. */
export function redirectUriOf(client: KnownClient, met: Encounter): string | undefined {
  const known = client.redirectUris.find(({ when = [], used = true }) => used && hold(when, met))
  if (known === undefined) return met.redirectUri
  const { uri, port, firstPort } = known
  const chosen = port === 'any' ? uri.replace(/^(http:\/\/[^/]+)/, `$1:${met.port ?? firstPort ?? DYNAMIC_PORT}`) : uri
  return withId(chosen, met)
}

/** What it sends to the registration endpoint; undefined where that is not known, or where its app has brought no redirect URI. */
export function registrationRequest(client: KnownClient, met: Encounter): RegistrationBody | undefined {
  const redirectUri = redirectUriOf(client, met)
  if (!client.registration || redirectUri === undefined) return undefined
  const { body, adapts = [] } = client.registration
  const port = met.port ?? client.redirectUris.find(({ firstPort }) => firstPort)?.firstPort ?? DYNAMIC_PORT
  const redirect_uris = body.redirect_uris.map((uri) =>
    withId(uri.replace('{redirect_uri}', redirectUri).replace('{port}', String(port)), met),
  )
  const request: { [member: string]: unknown } & { redirect_uris: readonly string[] } = { ...body, redirect_uris }
  if (body.client_name !== undefined) request.client_name = body.client_name.replace('{name}', met.name ?? 'example')
  const scope = scopeOf(client, met)
  if (adapts.includes('scope') && scope !== undefined) request.scope = scope
  const grants = stringsOf(met.server.grant_types_supported)
  if (adapts.includes('grant_types') && grants)
    request.grant_types = body.grant_types?.filter((one) => grants.includes(one))
  const methods = stringsOf(met.server.token_endpoint_auth_methods_supported)
  if (adapts.includes('token_endpoint_auth_method') && methods) {
    request.token_endpoint_auth_method =
      client.authentication.methods.find((one) => methods.includes(one)) ?? body.token_endpoint_auth_method
  }
  if (adapts.includes('application_type')) request.application_type = applicationType(redirect_uris)
  return request
}

/** What it asks for; undefined when it sends no `scope`, and where that is not known. */
export function scopeOf(client: KnownClient, met: Encounter): string | undefined {
  if (!client.scope) return undefined
  const supported = stringsOf(met.server.scopes_supported)
  const said = {
    configured: met.configuredScope,
    challenge: met.challengeScope,
    resource_metadata: met.resourceScopes?.join(' '),
    server_metadata: supported?.join(' '),
  }
  const base = client.scope.from.map((place) => said[place]).find((scope) => scope) ?? client.scope.otherwise
  const adds = client.scope.offlineAccess && supported?.includes('offline_access')
  return base === undefined || !adds || hasOfflineAccess(base) ? base : `${base} offline_access`
}

/** Parameters of its authorization request. `client_id` is of {@link identify}, or of the answer to its registration. */
export function authorizationParameters(
  client: KnownClient,
  met: Encounter,
  own: { readonly client_id: string; readonly code_challenge: string; readonly state: string },
): Readonly<Record<string, string>> {
  const scope = scopeOf(client, met)
  const redirect_uri = redirectUriOf(client, met)
  return {
    response_type: 'code',
    client_id: own.client_id,
    ...(redirect_uri === undefined ? {} : { redirect_uri }),
    state: own.state,
    code_challenge: own.code_challenge,
    code_challenge_method: 'S256',
    ...(scope === undefined ? {} : { scope }),
    ...(scope !== undefined && client.scope?.promptsForOfflineAccess && hasOfflineAccess(scope)
      ? { prompt: 'consent' }
      : {}),
    ...resourceIn('authorization', client, met),
  }
}

/** Parameters with which it redeems a code. What proves the client is not among them. */
export function codeParameters(
  client: KnownClient,
  met: Encounter,
  own: { readonly client_id: string; readonly code: string; readonly code_verifier: string },
): Readonly<Record<string, string>> {
  const redirect_uri = redirectUriOf(client, met)
  return {
    grant_type: 'authorization_code',
    ...own,
    ...(redirect_uri === undefined ? {} : { redirect_uri }),
    ...resourceIn('token', client, met),
  }
}

/** Parameters with which it refreshes. What proves the client is not among them. */
export function refreshParameters(
  client: KnownClient,
  met: Encounter,
  own: { readonly client_id: string; readonly refresh_token: string },
): Readonly<Record<string, string>> {
  return { grant_type: 'refresh_token', ...own, ...resourceIn('refresh', client, met) }
}

/** Where that is not known, as the specification of MCP has it: with both, and with a refresh it may be left out. */
const ASSUMED: readonly string[] = ['authorization', 'token']

function resourceIn(request: 'authorization' | 'token' | 'refresh', client: KnownClient, met: Encounter) {
  const { sentWith = ASSUMED, spelling } = client.resource ?? {}
  if (!sentWith.includes(request)) return {}
  return { resource: spelling === 'href' ? new URL(met.resource).href : met.resource }
}

const hasOfflineAccess = (scope: string) => scope.split(' ').includes('offline_access')

function hold(conditions: readonly Condition[], met: Encounter): boolean {
  const { server } = met
  const truths: Readonly<Record<Condition, boolean>> = {
    document: server.client_id_metadata_document_supported === true,
    none: stringsOf(server.token_endpoint_auth_methods_supported)?.includes('none') ?? false,
    iss: server.authorization_response_iss_parameter_supported === true,
    registration: typeof server.registration_endpoint === 'string',
    configured: met.configuredClientId !== undefined,
    document_configured: met.configuredDocument !== undefined,
  }
  return conditions.every((condition) => truths[condition])
}

const withId = (text: string, { id = 'example' }: Encounter) => text.replace('{id}', id)

const applicationType = (uris: readonly string[]) =>
  uris.some((uri) => isPrivateUseRedirect(uri) || /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/]/.test(uri))
    ? 'native'
    : 'web'

function stringsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined
}
