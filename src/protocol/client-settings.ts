/**
 * A client as the server works with it: its metadata after the checks. Pure.
 *
 * @module
 */
export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials'

export type TokenEndpointAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'none'

/** Client metadata after the checks, with defaults filled in and scope as lists. */
export interface ClientSettings {
  readonly client_name: string | undefined
  readonly client_uri: string | undefined
  readonly logo_uri: string | undefined
  readonly policy_uri: string | undefined
  readonly tos_uri: string | undefined
  readonly redirect_uris: readonly string[]
  readonly grant_types: readonly GrantType[]
  readonly token_endpoint_auth_method: TokenEndpointAuthMethod
  /** Undefined for every scope. */
  readonly scope: readonly string[] | undefined
  /** Undefined for all of `scope`. */
  readonly default_scope: readonly string[] | undefined
  /** Undefined for every resource. */
  readonly resources: readonly string[] | undefined
  readonly serves: readonly string[]
  readonly rotate_refresh_tokens: boolean
  readonly first_party: boolean
  /** Undefined: yes, but not where anybody can pass for the client. */
  readonly remember_consent: boolean | undefined
}

/** Whether a client cannot keep a secret (RFC 6749 §2.1). */
export function isPublicClient(client: Pick<ClientSettings, 'token_endpoint_auth_method'>): boolean {
  return client.token_endpoint_auth_method === 'none'
}
