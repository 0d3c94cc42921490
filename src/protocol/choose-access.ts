/**
 * The resource and scope of one access token, out of what was granted. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2.2 RFC 8707 §2.2}
 * @module
 */
import type { Access, AccessRefusal, ClientLimits, ResourceAccess, ResourceDefinition } from './resource.js'
import { isWithin, narrow } from './scope.js'

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
  // RFC 6749 §6: the scope must not include any that was not originally granted. Looser, and never more: what the person unticked is left out, and
  // what means nothing here, as it was in the authorization request.
  const all = [...granted.flatMap(({ scope }) => scope), ...unticked]
  const asked = choice.scope.filter((name) => all.includes(name) || isKnown(name, own, choice))
  if (asked.length === 0) return found
  if (!isWithin(asked, all)) return 'invalid_scope'
  const scope = narrow(asked, found.scope)
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

/** Whether a name means something in tokens for a resource; where nobody knows what there is, it may. */
const isKnown = (name: string, own: ResourceAccess, { definitions, beside }: AccessChoice): boolean =>
  definitions?.some(
    ({ resource, scopes }) => (resource === own.resource || beside?.has(resource)) && scopes.includes(name),
  ) ?? true

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
