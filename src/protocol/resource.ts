/**
 * Resources: which APIs an access token may be for, and which scope it has at each. What a client asks for becomes an
 * {@link Access}, the ceiling of a grant; each access token is then for one resource of it. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707 RFC 8707}
 * @module
 */
import type { ClientSettings } from './client-settings.js'
import { listed, nearestHint, quoted } from './hint.js'
import { strayOpenid, withoutOpenid } from './openid-scope.js'
import type { RequestRefusal } from './refusal-reason.js'
import { isWithin, narrow, parseScope } from './scope.js'

/** An API that the server issues access tokens for. */
export interface ResourceDefinition {
  /** Its identifier, compared as a string: what `aud` will be. */
  readonly resource: string
  /** Every scope name that means something there. Empty for an API that knows no scope. */
  readonly scopes: readonly string[]
  /** Whether it is meant when a request names none. At most one is. */
  readonly isDefault: boolean
  /** Whether it is no API of its own: its scope may be asked for beside any API's, and without one. @default false */
  readonly isBeside?: boolean | undefined
}

/** One resource and the scope that is granted there, possibly empty. */
export interface ResourceAccess {
  readonly resource: string
  readonly scope: readonly string[]
}

/** What was granted: never empty, each resource once. */
export type Access = readonly ResourceAccess[]

/** What a client may ask for. */
export type ClientLimits = Pick<ClientSettings, 'scope' | 'default_scope' | 'resources'>

export type AccessRefusal = 'invalid_target' | 'invalid_scope'

/** Why there is no access. */
interface Refused {
  /** For the operator, in the event. */
  readonly reason: RequestRefusal
  readonly description: string
  /** For the operator, too: what was received and what would have been right. */
  readonly hint?: string | undefined
}

/** Whether `text` is an absolute URI without a fragment, as RFC 8707 §2 wants a resource to be. */
export function isResourceUri(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:[A-Za-z0-9._~:/?[\]@!$&'()*+,;=%-]+$/i.test(text)) return false
  // `https:example.com` would parse, but RFC 9110 §4.2.2 wants an authority.
  if (/^https?:/i.test(text) && !/^https?:\/\/[^/?]/i.test(text)) return false
  return URL.canParse(text)
}

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
):
  | { readonly ok: true; readonly access: Access; readonly scope: readonly string[] }
  | ({ readonly ok: false; readonly error: AccessRefusal } & Refused) {
  const besides = definitions.filter(({ isBeside }) => isBeside)
  const chosen = needsNoApi(request, client, besides) ? [] : chooseResources(request.resources, client, definitions)
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

/** What a token request says about the access it wants. */
export interface AccessChoice {
  /** Its `resource`, at most one (RFC 8707 §2.2). */
  readonly resource: string | undefined
  /** Its `scope`; undefined for all that was granted at the resource. */
  readonly scope: readonly string[] | undefined
  /** The server's default resource, for a grant of several when none is named. */
  readonly defaultResource: string | undefined
  /** What the client may ask for now; what is not in it is not issued any more. */
  readonly limits?: ClientLimits | undefined
  /** What there is now. A scope or resource that the app has taken away since is not issued any more. */
  readonly definitions?: readonly ResourceDefinition[] | undefined
  /** What stands beside the APIs, by resource; undefined for nothing. */
  readonly beside?: ReadonlySet<string> | undefined
}

/**
 * The resource and scope of one access token, out of what was granted. Both can be narrowed, never widened. A token for an API has the scope
 * that stands beside the APIs, too.
 *
 * @param unticked names that were asked for and that the person left out. A client that goes on naming all that it asked for cannot know that: it
 *   gets what was granted of it.
 */
export function chooseAccess(
  granted: Access,
  choice: AccessChoice,
  unticked: readonly string[] = [],
): ResourceAccess | AccessRefusal {
  const { beside } = choice
  const name = choice.resource ?? (granted.length === 1 ? granted[0]?.resource : theOnlyApi(granted, choice))
  const access = stillThere(granted, choice)
  // RFC 8707 §2.2: a token request cannot name a resource that was not granted.
  const own = access.find(({ resource }) => resource === name)
  if (!own) return 'invalid_target'
  const found = beside ? withBeside(own, access, beside) : own
  if (choice.scope === undefined) return found
  // RFC 6749 §6: the scope must not include any that was not originally granted. Looser, and never more: what the person unticked is left out.
  const all = [...granted.flatMap(({ scope }) => scope), ...unticked]
  if (!isWithin(choice.scope, all)) return 'invalid_scope'
  const scope = narrow(choice.scope, found.scope)
  return scope.length === 0 ? 'invalid_scope' : { resource: found.resource, scope }
}

/** Of several resources the only API that there still is, else the default one. */
function theOnlyApi(granted: Access, { definitions, beside, defaultResource }: AccessChoice): string | undefined {
  const there = definitions
    ? granted.filter((entry) => definitions.some(({ resource }) => resource === entry.resource))
    : granted
  const apis = there.filter(({ resource }) => !beside?.has(resource))
  return apis.length < 2 ? (apis[0] ?? there[0])?.resource : defaultResource
}

function withBeside(own: ResourceAccess, access: Access, beside: ReadonlySet<string>): ResourceAccess {
  if (beside.has(own.resource)) return own
  const more = access.filter(({ resource }) => beside.has(resource)).flatMap(({ scope }) => scope)
  return { resource: own.resource, scope: [...own.scope, ...more] }
}

/** What of a grant may still be had: an operator may have taken rights from the client since, and the app scopes from its API. */
function stillThere(
  granted: Access,
  { limits, definitions, beside }: Pick<AccessChoice, 'limits' | 'definitions' | 'beside'>,
): Access {
  return granted.flatMap((entry) => {
    if (limits?.resources && !limits.resources.includes(entry.resource) && !beside?.has(entry.resource)) return []
    const definition = definitions?.find(({ resource }) => resource === entry.resource)
    if (definitions && !definition) return []
    const known = definition ? narrow(entry.scope, definition.scopes) : entry.scope
    const scope = limits?.scope ? narrow(known, limits.scope) : known
    return scope.length === 0 && entry.scope.length > 0 ? [] : [{ resource: entry.resource, scope }]
  })
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
  for (const name of new Set(requested)) {
    const definition = allowed.find(({ resource }) => resource === name)
    if (!definition) {
      const isKnown = definitions.some(({ resource }) => resource === name)
      return {
        reason: isKnown ? 'resource_not_allowed' : 'resource_unknown',
        description: 'A resource is unknown, or this client may not ask for it.',
        hint: nearestHint(
          name,
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
