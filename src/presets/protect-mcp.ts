/**
 * Both halves at once, for an app that has the MCP endpoint itself.
 *
 * @module
 */
import type { ServerOptions } from '../construction/options.js'
import type { ResourceOptions } from '../deployment/resource-options.js'
import type { ResourceServer } from '../resource/access.js'
import { createResourceServer } from '../resource/resource-server.js'
import { isRecord, mistake } from '../runtime/option-checks.js'
import { type AuthorizationServer, createAuthorizationServer } from '../server.js'
import { type McpOptions, mcp } from './mcp.js'

/** Options of {@link protectMcp}: those of `createAuthorizationServer`, with the endpoint in place of `resources`. */
export interface ProtectMcpOptions<Native = unknown>
  extends Omit<ServerOptions<Native>, 'resources' | 'privateUseRedirectUris'>,
    Pick<ResourceOptions, 'scopes' | 'name' | 'defaultScope' | 'accessToken'> {
  /** The URL that people give to their MCP client, path included: `https://notes.example.com/mcp`. It is the `aud` of the tokens. */
  readonly endpoint: string
  /** Which clients may come, and how documents are fetched. @default {} */
  readonly mcp?: Omit<McpOptions, 'features'> | undefined
}

/** What {@link protectMcp} gives. */
export interface ProtectedMcp {
  /** For `authorizationServer(auth)` of an adapter. */
  readonly auth: AuthorizationServer
  /** For `resourceMetadata(api)` and `requireAccessToken(api, …)` of an adapter. */
  readonly api: ResourceServer
}

/**
 * An authorization server for the MCP endpoint of the same app, and what guards the endpoint.
 *
 * @example
 * const { auth, api } = protectMcp({
 *   issuer: 'http://localhost:3000',
 *   endpoint: 'http://localhost:3000/mcp',
 *   scopes: { 'notes:read': 'Read your notes' },
 *   storage: memoryStorage(),
 *   users: externalLogin({ current: ({ native }) => native.session?.user?.id, loginUrl: '/login' }),
 * })
 *
 * @throws {TypeError} when an option is wrong: which one, why, and what to write instead.
 */
export function protectMcp<Native = unknown>(options: ProtectMcpOptions<Native>): ProtectedMcp {
  if (!isRecord(options))
    throw mistake('protectMcp takes options. Write `protectMcp({ issuer, endpoint, scopes, … })`.', options)
  const { endpoint, scopes, name, defaultScope, accessToken, mcp: clients = {}, features = [], ...others } = options
  if (typeof endpoint !== 'string' || !/^https?:\/\//.test(endpoint)) {
    throw mistake(
      "protectMcp: endpoint must be the URL of the MCP endpoint. Write for example `endpoint: 'https://notes.example.com/mcp'`.",
      endpoint,
    )
  }
  const auth = createAuthorizationServer<Native>({
    ...others,
    resources: { [endpoint]: { scopes, name, defaultScope, accessToken } },
    ...mcp({ ...clients, features }),
  })
  return { auth, api: createResourceServer({ server: auth, resource: endpoint, metadata: true }) }
}
