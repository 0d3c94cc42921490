/**
 * What token requests of several grant types have in common.
 *
 * @module
 */
import { OAuthError } from '../edge/errors.js'
import { refusedError } from '../edge/refused-error.js'
import type { TokenRequest } from '../points/grant-type.js'
import { listed } from '../protocol/hint.js'
import type { Parameters } from '../protocol/parameters.js'
import type { AccessChoice } from '../protocol/resource.js'

/** RFC 8707 §2.2: an access token is for one resource, so a token request names at most one. */
export function oneResource({ resources }: Parameters): string | undefined {
  if (resources.length > 1) throw refusedError('invalid_target', `Received ${listed(resources)}; right is one.`)
  return resources[0]
}

/** What of a grant a token request is about. */
export function accessChoice(
  { deployment, client, form }: TokenRequest,
  scope: readonly string[] | undefined,
): AccessChoice {
  const { defaultResource, resourceList: definitions, beside } = deployment.settings
  return { resource: oneResource(form), scope, defaultResource, limits: client, definitions, beside }
}

/** @throws {OAuthError} `invalid_request` when it is not there. */
export function required(form: Parameters, name: string): string {
  const value = form.get(name)
  if (value === undefined)
    throw new OAuthError('invalid_request', `${name} is missing.`, { reason: 'parameter_missing' })
  return value
}
