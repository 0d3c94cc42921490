/**
 * What a request asks for: its `resource` parameters and its `scope`, within what the client may have. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 * @module
 */
import { listed, nearestHint, quoted } from './hint.js'
import { strayOpenid, withoutOpenid } from './openid-scope.js'
import type { RequestRefusal } from './refusal-reason.js'
import type { Access, AccessRefusal, ClientLimits, ResourceDefinition } from './resource.js'
import type { AsConfigured } from './resource-uri.js'
import { isWithin, narrow, parseScope } from './scope.js'

/**
 * What a request for access means: its `resource` parameters and its `scope`, within what the client may ask for.
 *
 * - No resource: the only one that the client may ask for, else the default one.
 * - No scope: the client's `default_scope`, else all of its `scope`, as far as the chosen resources know it.
 * - A resource that knows scopes needs at least one; one that knows none is granted with none.
 * - What stands beside the APIs is granted as far as its scope is asked for, and needs no API.
 *
 * `scope` of the answer is what was asked for or defaulted; `access` is the same, by resource.
 */
export function requestedAccess(
  request: { readonly resources: readonly string[]; readonly scope: string | undefined },
  client: ClientLimits,
  definitions: readonly ResourceDefinition[],
  asConfigured: AsConfigured = (uri) => uri,
):
  | { readonly ok: true; readonly access: Access; readonly scope: readonly string[] }
  | ({ readonly ok: false; readonly error: AccessRefusal } & Refused) {
  const besides = definitions.filter(({ isBeside }) => isBeside)
  const chosen = needsNoApi(request, client, besides)
    ? []
    : chooseResources(request.resources, client, definitions, asConfigured)
  if ('reason' in chosen) return { ok: false, error: 'invalid_target', ...chosen }
  const reachable =
    besides.length > 0 ? [...chosen, ...besides.filter((definition) => !chosen.includes(definition))] : chosen
  const known = reachable.flatMap((definition) => definition.scopes)
  // What stands beside the APIs is nothing that a request must name.
  const isNeeded = chosen.some(({ scopes }) => scopes.length > 0)
  const scope =
    request.scope === undefined ? defaultScope(client, known, isNeeded) : askedScope(request.scope, client, known)
  if ('reason' in scope) return { ok: false, error: 'invalid_scope', ...scope }
  const all = reachable.map(({ resource, scopes }) => ({ resource, scope: narrow(scope, scopes) }))
  const access =
    all.length > chosen.length ? all.filter((entry, i) => i < chosen.length || entry.scope.length > 0) : all
  if (chosen.some(({ scopes }, i) => scopes.length > 0 && access[i]?.scope.length === 0)) {
    return {
      ok: false,
      error: 'invalid_scope',
      reason: 'scope_empty',
      description: 'One of the resources gets no scope. Ask for some of its scope.',
      hint: `Received scope ${listed(scope)} for ${listed(chosen.map(({ resource }) => resource))}.`,
    }
  }
  return { ok: true, access, scope }
}

/** Why there is no access. */
interface Refused {
  /** For the operator, in the event. */
  readonly reason: RequestRefusal
  readonly description: string
  /** For the operator, too: what was received and what would have been right. */
  readonly hint?: string | undefined
}

/** Whether no API is meant: none is named, and all that is asked for stands beside them. */
function needsNoApi(
  request: { readonly resources: readonly string[]; readonly scope: string | undefined },
  client: ClientLimits,
  besides: readonly ResourceDefinition[],
): boolean {
  if (besides.length === 0 || request.resources.length > 0) return false
  const scope =
    request.scope === undefined ? (client.default_scope ?? client.scope ?? []) : (parseScope(request.scope) ?? [])
  const names = besides.flatMap(({ scopes }) => scopes)
  return scope.length > 0 && isWithin(scope, names)
}

/** The resources that are meant, or what is wrong. */
function chooseResources(
  requested: readonly string[],
  client: ClientLimits,
  definitions: readonly ResourceDefinition[],
  asConfigured: AsConfigured,
): readonly ResourceDefinition[] | Refused {
  const allowed = definitions.filter(
    ({ resource, isBeside }) => isBeside || (client.resources?.includes(resource) ?? true),
  )
  if (requested.length === 0) {
    const apis = allowed.some(({ isBeside }) => isBeside) ? allowed.filter(({ isBeside }) => !isBeside) : allowed
    const only = apis.length === 1 ? apis[0] : apis.find(({ isDefault }) => isDefault)
    return only
      ? [only]
      : {
          reason: 'resource_missing',
          description: 'Name the resource that the access is for.',
          hint: `The client may ask for ${listed(allowed.map(({ resource }) => resource))}; none of them is the default.`,
        }
  }
  const chosen: ResourceDefinition[] = []
  for (const sent of requested) {
    const name = asConfigured(sent)
    if (chosen.some(({ resource }) => resource === name)) continue
    const definition = allowed.find(({ resource }) => resource === name)
    if (!definition) {
      const isKnown = definitions.some(({ resource }) => resource === name)
      return {
        reason: isKnown ? 'resource_not_allowed' : 'resource_unknown',
        description: 'A resource is unknown, or this client may not ask for it.',
        hint: nearestHint(
          sent,
          allowed.map(({ resource }) => resource),
        ),
      }
    }
    chosen.push(definition)
  }
  return chosen
}

function askedScope(text: string, client: ClientLimits, known: readonly string[]): readonly string[] | Refused {
  const scope = parseScope(text)
  if (!scope) {
    return {
      reason: 'scope_malformed',
      description: 'The scope is not a list of names separated by single spaces.',
      hint: `Received ${quoted(text)}.`,
    }
  }
  if (!isWithin(scope, known)) {
    const isOpenid = strayOpenid(scope, known).length > 0
    return {
      reason: 'scope_unknown',
      description: isOpenid
        ? 'The scope has a name of OpenID Connect, which this server does not serve.'
        : 'The scope has a name that the resource does not know.',
      hint: scopeHint(scope, known) + (isOpenid ? ` ${withoutOpenid}` : ''),
    }
  }
  if (client.scope && !isWithin(scope, client.scope)) {
    return {
      reason: 'scope_not_allowed',
      description: 'The scope has a name that this client may not ask for.',
      hint: scopeHint(scope, client.scope),
    }
  }
  return scope
}

const scopeHint = (scope: readonly string[], right: readonly string[]): string =>
  `Received ${listed(scope.filter((name) => !right.includes(name)))}; right would be some of ${listed(right)}.`

function defaultScope(client: ClientLimits, known: readonly string[], isNeeded: boolean): readonly string[] | Refused {
  const scope = client.default_scope ?? client.scope
  if (scope) return narrow(scope, known)
  // RFC 6749 §3.3: without a scope, a default value or a failure.
  return isNeeded
    ? {
        reason: 'scope_missing',
        description: 'Name the scope: this client has no default one.',
        hint: `Right would be some of ${listed(known)}, or a default_scope of the client.`,
      }
    : []
}
