/**
 * What token requests of several grant types have in common.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { OAuthError } from '../edge/errors.js'
import { refusedError } from '../edge/refused-error.js'
import type { TokenRequest } from '../points/grant-type.js'
import type { AccessChoice } from '../protocol/choose-access.js'
import { listed } from '../protocol/hint.js'
import type { Parameters } from '../protocol/parameters.js'

/** RFC 8707 §2.2: an access token is for one resource, so a token request names at most one. */
export function oneResource({ resources }: Parameters, { settings }: Deployment): string | undefined {
  const { asConfigured } = settings
  const [first] = resources
  if (first === undefined) return undefined
  const name = asConfigured(first)
  if (resources.length > 1 && resources.some((other) => asConfigured(other) !== name))
    throw refusedError('invalid_target', `Received ${listed(resources)}; right is one.`)
  return name
}

/** What of a grant a token request is about. */
export function accessChoice(
  { deployment, client, form }: TokenRequest,
  scope: readonly string[] | undefined,
): AccessChoice {
  const { defaultResource, resourceList: definitions, beside } = deployment.settings
  return { resource: oneResource(form, deployment), scope, defaultResource, limits: client, definitions, beside }
}

/** @throws {OAuthError} `invalid_request` when it is not there. */
export function required(form: Parameters, name: string): string {
  const value = form.get(name)
  if (value === undefined)
    throw new OAuthError('invalid_request', `${name} is missing.`, { reason: 'parameter_missing' })
  return value
}
