/**
 * The resources that a request is about: those that it names, or the one that is meant where it names none. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 * @module
 */
import { listed, nearestHint } from './hint.js'
import type { RequestRefusal } from './refusal-reason.js'
import type { ClientLimits, ResourceDefinition } from './resource.js'
import type { AsConfigured } from './resource-uri.js'
import { isWithin, narrow } from './scope.js'

interface WrongResource {
  /** For the operator, in the event. */
  readonly reason: RequestRefusal
  readonly description: string
  /** For the operator, too: what was received and what would have been right. */
  readonly hint: string
}

/**
 * Whether no API is meant: none is named, and of the scope all that anybody knows stands beside them.
 *
 * @param named the names of the request; none for those of the client.
 */
export function needsNoApi(
  { resources, named }: { readonly resources: readonly string[]; readonly named: readonly string[] },
  client: ClientLimits,
  definitions: readonly ResourceDefinition[],
): boolean {
  const besides = definitions.filter(({ isBeside }) => isBeside).flatMap(({ scopes }) => scopes)
  if (besides.length === 0 || resources.length > 0) return false
  const asked = named.length > 0 ? named : (client.default_scope ?? client.scope ?? [])
  const known = narrow(
    asked,
    definitions.flatMap(({ scopes }) => scopes),
  )
  return known.length > 0 && isWithin(known, besides)
}

/** The resources that are meant, or what is wrong. */
export function chooseResources(
  requested: readonly string[],
  client: ClientLimits,
  definitions: readonly ResourceDefinition[],
  asConfigured: AsConfigured,
): readonly ResourceDefinition[] | WrongResource {
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
