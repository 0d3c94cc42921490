/**
 * Checks the option `resources`.
 *
 * @module
 */

import type { ResourceOptions } from '../deployment/resource-options.js'
import type { ResourceSettings } from '../deployment/settings.js'
import type { Urls } from '../deployment/urls.js'
import { checkWords } from '../pages/scope-text.js'
import type { Feature } from '../points/feature.js'
import type { Joined } from '../points/join.js'
import { hostAdvice } from '../protocol/ascii.js'
import { isResourceUri, resourceForm } from '../protocol/resource-uri.js'
import { withScheme } from '../protocol/spelling.js'
import { given } from '../runtime/given.js'
import { duration, isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import { checkScopes, tooLong } from './check-scopes.js'
import type { ServerOptions } from './options.js'

/**
 * @param further members that these may have.
 * @throws {TypeError} when something in it is wrong.
 */
function checkResources(
  resources: { readonly [uri: string]: ResourceOptions } | undefined,
  accessTokenLifetime: number,
  further: readonly string[] = [],
): ReadonlyMap<string, ResourceSettings> {
  const example = "resources: { 'https://api.example.com': { scopes: { 'notes:read': 'Read your notes' } } }"
  if (typeof resources !== 'object' || resources === null || Object.keys(resources).length === 0) {
    throw new TypeError(`resources is empty. Write the APIs that tokens are for: \`${example}\`.`)
  }
  const checked = new Map<string, ResourceSettings>()
  const forms = new Map<string, string>()
  for (const [resource, definition] of Object.entries(resources)) {
    const meant = withScheme(resource)
    if (meant !== undefined) {
      throw new TypeError(`resources: ${given(resource)} has no scheme. Write \`'${meant}': { … }\`.`)
    }
    // RFC 8707 §2: an absolute URI without a fragment.
    if (!isResourceUri(resource)) {
      const advice = hostAdvice(resource) ?? `write \`${example}\``
      throw new TypeError(`resources: ${given(resource)} is not an absolute URI without a fragment: ${advice}.`)
    }
    if (resource.length > MAX_RESOURCE_LENGTH) throw tooLong(`resources[${given(resource)}]`, MAX_RESOURCE_LENGTH)
    const form = resourceForm(resource)
    const same = forms.get(form)
    if (same !== undefined) {
      throw new TypeError(
        `resources: ${given(same)} and ${given(resource)} mean the same to clients. Leave one of them out; tokens have the other one as it is written.`,
      )
    }
    forms.set(form, resource)
    if (!isRecord(definition))
      throw mistake(`resources['${resource}'] must be an object. Write \`${example}\`.`, definition)
    if (definition.scopes !== undefined && !isRecord(definition.scopes)) {
      throw new TypeError(
        `resources['${resource}'].scopes must be an object: each scope with its words. Write \`${example}\`.`,
      )
    }
    if (definition.default !== undefined && typeof definition.default !== 'boolean') {
      throw mistake(`resources['${resource}'].default must be true or false.`, definition.default)
    }
    refuseUnknown(
      definition,
      ['name', 'scopes', 'defaultScope', 'accessToken', 'accessTokenLifetime', 'default', ...further],
      `resources['${resource}']`,
    )
    const scopes = checkScopes(definition, `resources['${resource}']`)
    const format = definition.accessToken ?? 'jwt'
    if (format !== 'jwt' && format !== 'opaque') {
      throw mistake(`resources['${resource}'].accessToken must be 'jwt' or 'opaque'.`, format)
    }
    checked.set(resource, {
      resource,
      name:
        definition.name === undefined
          ? undefined
          : checkWords(definition.name, `resources['${resource}'].name`, 'Notes'),
      ...scopes,
      format,
      accessTokenLifetime:
        definition.accessTokenLifetime === undefined
          ? accessTokenLifetime
          : duration(definition, 'accessTokenLifetime', 0, 1),
      isDefault: definition.default ?? false,
      isBeside: false,
      needs: undefined,
    })
  }
  if ([...checked.values()].filter((resource) => resource.isDefault).length > 1) {
    throw new TypeError('resources: more than one is marked `default: true`. Mark one.')
  }
  return checked
}

/** What could not be asked for beside everything else in a request, or would leave a token no room. */
const MAX_RESOURCE_LENGTH = 2048

/**
 * The option, and what features have beside it. Where they have something, no API is needed.
 *
 * @throws {TypeError} when something in it is wrong, or two claim the same resource or scope.
 */
export function joinResources(
  { resources, ...at }: Pick<ServerOptions, 'resources' | 'issuer'> & { readonly urls: Urls },
  accessTokenLifetime: number,
  { features, claim }: Joined,
): ReadonlyMap<string, ResourceSettings> {
  const isAlone = resources === undefined && features.some((feature) => feature.resources)
  const joined = new Map(isAlone ? [] : checkResources(resources, accessTokenLifetime))
  const [core] = features
  if (core) {
    for (const resource of joined.keys()) claim('resource', resourceForm(resource), core)
    for (const scope of new Set([...joined.values()].flatMap(({ scopes }) => scopes))) claim('scope', scope, core)
  }
  for (const feature of features) {
    if (!feature.resources) continue
    for (const settings of resourcesOf(feature, at, accessTokenLifetime)) {
      claim('resource', resourceForm(settings.resource), feature)
      for (const scope of settings.scopes) claim('scope', scope, feature)
      joined.set(settings.resource, settings)
    }
  }
  return joined
}

function resourcesOf(
  feature: Feature,
  { issuer, urls }: { readonly issuer: string; readonly urls: Urls },
  accessTokenLifetime: number,
): readonly ResourceSettings[] {
  try {
    const said = feature.resources?.(issuer, urls) ?? {}
    return [...checkResources(said, accessTokenLifetime, ['needs']).values()].map((settings) => {
      const needs = said[settings.resource]?.needs
      if (needs !== undefined && !settings.scopes.includes(needs))
        throw mistake(`resources['${settings.resource}'].needs must be one of its scopes.`, needs)
      return { ...settings, isDefault: false, isBeside: true, needs }
    })
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`features: '${feature.name}': ${error.message}`) : error
  }
}
