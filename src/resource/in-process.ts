/**
 * Access tokens of an authorization server in the same process: nothing is cached, and a revoked grant is refused at once.
 *
 * @module
 */

import { findLiveAccessToken } from '../access-token/access-token.js'
import { deploymentOf } from '../points/deployments.js'
import type { AuthorizationServer } from '../server.js'
import type { TokenSource } from './access.js'

/** For an API in the process of its authorization server. */
export interface InProcessOptions {
  /** The authorization server in this process. */
  readonly server: AuthorizationServer
  readonly issuer?: undefined
  /** The `aud` that tokens must have. @default the only resource of the server, else its default one */
  readonly resource?: string | undefined
}

/** @throws {TypeError} when the resource is not one of the server's, or none is named and there are several. */
export function tokensInProcess({ server, resource }: InProcessOptions): TokenSource {
  const deployment = deploymentOf(server)
  const { issuer, resources, defaultResource, asConfigured } = deployment.settings
  const mine = resource === undefined ? defaultResource : asConfigured(resource)
  const definition = mine === undefined ? undefined : resources.get(mine)
  // What stands beside the APIs is none.
  if (!definition || definition.isBeside) {
    const names = [...resources.values()]
      .flatMap(({ resource, isBeside }) => (isBeside ? [] : `'${resource}'`))
      .join(', ')
    if (names === '') {
      throw new TypeError(
        "The server has no API to guard. Write it down in its option: `resources: { 'https://api.example.com': { scopes: { … } } }`.",
      )
    }
    throw new TypeError(`resource must be one of ${names}. Write \`createResourceServer({ server, resource: … })\`.`)
  }
  return {
    issuer,
    resource: definition.resource,
    defaultScope: definition.defaultScope,
    name: typeof definition.name === 'string' ? definition.name : definition.name?.values().next().value,
    now: () => deployment.now(),
    tolerance: 0,
    async find(text) {
      const live = await findLiveAccessToken(deployment, text).catch((cause: unknown) => {
        deployment.emit({ type: 'failed', endpoint: 'resource', cause, reference: '' })
        throw cause
      })
      // RFC 9068 §4: a token for another API is not valid here.
      if (live?.token.resource !== definition.resource) return null
      // RFC 9449 §7.1, RFC 8705 §3: a token that is bound to a key is worth nothing without a proof of that key.
      if (live.token.confirmation) return null
      const { subject, clientId, scope, expiresAt, login, claims } = live.token
      return {
        subject,
        clientId,
        scope,
        resource: definition.resource,
        expiresAt,
        authenticatedAt: login.authenticatedAt,
        acr: login.acr,
        claims,
      }
    },
  }
}
