/**
 * Whether a client could ever get the scope that its metadata speak of. Pure.
 *
 * @module
 */
import { given } from '../runtime/given.js'
import type { ClientSettings } from './client-settings.js'
import { OFFLINE_ACCESS } from './offline-access.js'
import { strayOpenid } from './openid-scope.js'
import type { ResourceDefinition } from './resource.js'
import { closestName } from './spelling.js'

/**
 * What is wrong with `scope` or `default_scope`, as the end of a sentence that begins with the field: a name of which no resource knows that
 * the client may ask for. A client of a resource that is not known here is another deployment's, too, which may know the name.
 *
 * @returns undefined when every name can be had.
 */
export function scopeProblem(
  client: Pick<ClientSettings, 'scope' | 'default_scope' | 'resources' | 'grant_types'>,
  definitions: readonly ResourceDefinition[],
): readonly [field: 'scope' | 'default_scope', problem: string] | undefined {
  const { resources } = client
  if (resources?.some((name) => !definitions.some(({ resource }) => resource === name))) return undefined
  const allowed = definitions.filter(({ resource, isBeside }) => isBeside || (resources?.includes(resource) ?? true))
  const hasRefresh = client.grant_types.includes('refresh_token')
  const names = [...new Set(allowed.flatMap(({ scopes }) => scopes))]
  for (const field of ['scope', 'default_scope'] as const) {
    const unknown = client[field]?.find((name) => !names.includes(name) && !(name === OFFLINE_ACCESS && hasRefresh))
    if (unknown !== undefined) return [field, `has ${given(unknown)}, which ${cure(unknown, names, definitions)}`]
  }
  return undefined
}

function cure(unknown: string, names: readonly string[], definitions: readonly ResourceDefinition[]): string {
  const elsewhere = definitions.find(({ scopes }) => scopes.includes(unknown))
  if (elsewhere) return `is a scope of ${elsewhere.resource}; add that to resources, or leave the name out`
  if (unknown === OFFLINE_ACCESS)
    return 'asks for refresh tokens; add refresh_token to grant_types, or leave the name out'
  if (strayOpenid([unknown], names).length > 0) {
    return 'is of OpenID Connect, which is not served here; leave it out'
  }
  const meant = closestName(unknown, names)
  if (meant !== undefined) return `no resource knows; did you mean ${meant}?`
  const known = names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ')
  return `no resource knows; ${names.length > 0 ? `there are ${known}` : 'there is no scope at all, so leave it out'}`
}
