/**
 * Which parts belong to which server in this process. The resource half finds them here, without loading the server.
 *
 * @module
 */

import type { AuthorizationServer } from '../server.js'
import type { Deployment } from './deployment.js'

const deployments = new WeakMap<AuthorizationServer, Deployment>()

export function rememberDeployment(server: AuthorizationServer, deployment: Deployment): void {
  deployments.set(server, deployment)
}

/** @throws {TypeError} when `server` was not made by createAuthorizationServer. */
export function deploymentOf(server: AuthorizationServer): Deployment {
  const deployment = deployments.get(server)
  if (deployment) return deployment
  throw new TypeError(
    'This is not an authorization server made by createAuthorizationServer of this copy of grantwright.',
  )
}
