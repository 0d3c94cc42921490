/**
 * What a request asks for: its `resource` parameters and its `scope`, within what the client may have. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 * @module
 */
import { chooseResources, needsNoApi } from './choose-resources.js'
import { listed, quoted } from './hint.js'
import { strayOpenid, withoutOpenid } from './openid-scope.js'
import type { RequestRefusal } from './refusal-reason.js'
import type { Access, AccessRefusal, ClientLimits, ResourceDefinition } from './resource.js'
import type { AsConfigured } from './resource-uri.js'
import { isWithin, narrow, parseScope } from './scope.js'

/** What may be granted of a request. */
export interface Requested {
  readonly ok: true
  readonly access: Access
  /** What was asked for or defaulted, of all resources. */
  readonly scope: readonly string[]
  /** Names, of the request or of what the client asks for by default, that no resource of the request knows. */
  readonly unknown: readonly string[]
}

/** Why there is no access. */
export interface AccessRefused {
  readonly ok: false
  readonly error: AccessRefusal
  /** For the operator, in the event. */
  readonly reason: RequestRefusal
  readonly description: string
  /** For the operator, too: what was received and what would have been right. */
  readonly hint?: string | undefined
}

/**
 * What a request for access means.
 *
 * - No resource: the only one that the client may ask for, else the default one.
 * - Names of scope that none of these resources knows are left out, and no scope is what remains when they are all.
 * - No scope, or none of an API: the client's `default_scope`, as far as the chosen resources know it; else what is usual at each, within the client's `scope`.
 * - A resource that knows scopes needs at least one; one that knows none is granted with none.
 * - What stands beside the APIs is granted as far as its scope is asked for, and needs no API. Where it has a scope that all others need, those mean
 *   nothing without it.
 *
 * @param asConfigured what resources are called that the request names. By default as they stand.
 */
export function requestedAccess(
  request: { readonly resources: readonly string[]; readonly scope: string | undefined },
  client: ClientLimits,
  all: readonly ResourceDefinition[],
  asConfigured: AsConfigured = (uri) => uri,
): Requested | AccessRefused {
  const named = request.scope === undefined ? [] : parseScope(request.scope)
  if (!named) {
    return refused(
      'scope_malformed',
      'The scope is not a list of names separated by spaces.',
      `Received ${quoted(request.scope ?? '')}.`,
    )
  }
  const asked = named.length > 0 ? named : (client.default_scope ?? client.scope ?? [])
  const definitions = all.filter(({ needs }) => needs === undefined || asked.includes(needs))
  const besides = definitions.filter(({ isBeside }) => isBeside)
  const { resources } = request
  const chosen = needsNoApi({ resources, named }, client, definitions)
    ? []
    : chooseResources(resources, client, definitions, asConfigured)
  if ('reason' in chosen && all.length > 0 && all.every(({ isBeside }) => isBeside)) {
    const [needed = ''] = all.flatMap(({ needs }) => needs ?? [])
    return refused(
      'scope_missing',
      'Name the scope: there is no default one.',
      `Received ${listed(named)}; right would be ${listed([needed])}.`,
    )
  }
  if ('reason' in chosen) return { ok: false, error: 'invalid_target', ...chosen }
  const reachable =
    besides.length > 0 ? [...chosen, ...besides.filter((definition) => !chosen.includes(definition))] : chosen
  const known = reachable.flatMap(({ scopes }) => scopes)
  // What stands beside the APIs is nothing that a request must name.
  const isNeeded = chosen.some(({ scopes }) => scopes.length > 0)
  // RFC 6749 §3.3: the scope may be ignored in part. Real clients ask for `openid email` by habit, or for the scope of every API.
  const meant = narrow(named, known)
  if (client.scope && !isWithin(meant, client.scope)) {
    return refused(
      'scope_not_allowed',
      'The scope has a name that this client may not ask for.',
      scopeHint(meant, client.scope),
    )
  }
  const isOfApis = chosen.some(({ scopes }) => meant.some((name) => scopes.includes(name)))
  const access = reachable
    .map((definition, i) => ({
      resource: definition.resource,
      scope: (i < chosen.length ? isOfApis : meant.length > 0)
        ? narrow(meant, definition.scopes)
        : defaultAt(definition, client, i < chosen.length),
    }))
    .filter(({ scope }, i) => i < chosen.length || scope.length > 0)
  const scope = isOfApis ? meant : [...new Set(access.flatMap((entry) => entry.scope))]
  if (isNeeded && scope.length === 0) {
    // RFC 6749 §3.3: without a scope, a default value or a failure.
    if (named.length > 0) return unknownScope(named, known, all)
    return refused(
      'scope_missing',
      'Name the scope: there is no default one.',
      `Right would be some of ${listed(known)}, or a default_scope of the client.`,
    )
  }
  if (chosen.some(({ scopes }, i) => scopes.length > 0 && access[i]?.scope.length === 0)) {
    return refused(
      'scope_empty',
      'One of the resources gets no scope. Ask for some of its scope.',
      `Received scope ${listed(scope)} for ${listed(chosen.map(({ resource }) => resource))}.`,
    )
  }
  return { ok: true, access, scope, unknown: asked.filter((name) => !known.includes(name)) }
}

/** What a request without scope gets of one resource. What stands beside the APIs comes to clients whose record speaks of it. */
function defaultAt(
  { scopes, defaultScope = scopes }: ResourceDefinition,
  client: ClientLimits,
  isChosen: boolean,
): readonly string[] {
  if (client.default_scope) return narrow(client.default_scope, scopes)
  if (client.scope) return narrow(client.scope, defaultScope)
  return isChosen ? defaultScope : []
}

function unknownScope(
  named: readonly string[],
  known: readonly string[],
  all: readonly ResourceDefinition[],
): AccessRefused {
  const isOpenid =
    strayOpenid(
      named,
      all.flatMap(({ scopes }) => scopes),
    ).length > 0
  return refused(
    'scope_unknown',
    isOpenid
      ? 'The scope has a name of OpenID Connect, which this server does not serve.'
      : 'The scope has a name that the resource does not know.',
    scopeHint(named, known) + (isOpenid ? ` ${withoutOpenid}` : ''),
  )
}

const refused = (reason: RequestRefusal, description: string, hint: string): AccessRefused => ({
  ok: false,
  error: 'invalid_scope',
  reason,
  description,
  hint,
})

const scopeHint = (scope: readonly string[], right: readonly string[]): string =>
  `Received ${listed(scope.filter((name) => !right.includes(name)))}; right would be some of ${listed(right)}.`
