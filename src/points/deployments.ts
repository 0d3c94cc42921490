/**
 * Which parts belong to which server in this process. The resource half finds them here, without loading the server.
 *
 * @module
 */

import { isRecord, mistake } from '../runtime/option-checks.js'
import type { Deployed } from './tables.js'

const deployments = new WeakMap<object, Deployed>()

export function rememberDeployment(server: object, deployment: Deployed): void {
  deployments.set(server, deployment)
}

/**
 * Checks what an app gives where a server is meant.
 *
 * @param where the function that it was given to.
 * @param example how that is called.
 * @throws {TypeError} when it is none, such as the options of one.
 */
export function checkServer(server: unknown, where: string, example = `${where}(auth)`): void {
  if (isRecord(server) && 'handle' in server && typeof server.handle === 'function') return
  if (isRecord(server) && 'storage' in server) {
    throw new TypeError(
      `${where} takes a server, and these are options of one. Write \`const auth = createAuthorizationServer({ … })\` and \`${example}\`.`,
    )
  }
  throw mistake(
    `${where} takes a server. Write \`${example}\` with \`const auth = createAuthorizationServer({ … })\`.`,
    server,
  )
}

/** @throws {TypeError} when `server` was not made by createAuthorizationServer. */
export function deploymentOf(server: { readonly issuer: string }): Deployed {
  const deployment = deployments.get(server)
  if (deployment) return deployment
  throw new TypeError(
    'This is not an authorization server made by createAuthorizationServer of this copy of grantwright.',
  )
}
