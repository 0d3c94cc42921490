/**
 * Which parts belong to which server in this process. The resource half finds them here, without loading the server.
 *
 * @module
 */

import type { Deployed } from './tables.js'

const deployments = new WeakMap<object, Deployed>()

export function rememberDeployment(server: object, deployment: Deployed): void {
  deployments.set(server, deployment)
}

/** @throws {TypeError} when `server` was not made by createAuthorizationServer. */
export function deploymentOf(server: { readonly issuer: string }): Deployed {
  const deployment = deployments.get(server)
  if (deployment) return deployment
  throw new TypeError(
    'This is not an authorization server made by createAuthorizationServer of this copy of grantwright.',
  )
}
