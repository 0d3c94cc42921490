/**
 * What client metadata may say on a server: the grant types and the ways of client authentication that it serves, further fields, and scope. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 §2}
 * @module
 */
import type { ClientSettings } from './client-settings.js'
import type { Json } from './json.js'
import type { ResourceDefinition } from './resource.js'
import type { AsConfigured } from './resource-uri.js'

export interface ClientVocabulary {
  /** By the values of `grant_types`. */
  readonly grantTypes: ReadonlyMap<string, GrantTypeRules>
  /** By the values of `token_endpoint_auth_method`. */
  readonly authenticationMethods: ReadonlyMap<string, AuthenticationRules>
  /** Members beside those that every server has. */
  readonly fields: ReadonlyMap<string, ClientField>
  /** Redirect URIs whose scheme has no dot and that public clients may have all the same. Absent for none. */
  readonly privateUseRedirectUris?: ReadonlySet<string> | undefined
  /** Whether redirect URIs may be `http` on private hosts, too. @default false */
  readonly httpBeyondLoopback?: boolean | undefined
  /** What clients can ask for. Absent while that is not known: then no scope is refused. */
  readonly resources?: readonly ResourceDefinition[] | undefined
  /** What their resources are called here. Absent while that is not known: then they stay as they are written. */
  readonly asConfigured?: AsConfigured | undefined
}

/** Which clients may be registered for a grant type. */
export interface GrantTypeRules {
  /** Whether clients may that cannot keep a secret. @default false */
  readonly publicClients?: boolean | undefined
  /** Whether what it starts can be refreshed: `refresh_token` is for clients that are registered for such a grant type. @default false */
  readonly startsGrants?: boolean | undefined
}

export interface AuthenticationRules {
  /** Whether a client proves itself with a secret that the server makes for it. @default false */
  readonly usesSecret?: boolean | undefined
  /**
   * What is wrong with a client that is to be registered for it, such as that it has no keys: the end of a sentence that begins with
   * `token_endpoint_auth_method`. Null when nothing is. Asked when the client is made or changed, never when it authenticates.
   */
  checkClient?(client: ClientSettings): string | null
}

/** Whether a client has secrets that the server made, or the configuration. */
export function usesSecret(
  { authenticationMethods }: ClientVocabulary,
  { token_endpoint_auth_method: method }: ClientSettings,
): boolean {
  return method === undefined || (authenticationMethods.get(method)?.usesSecret ?? false)
}

/** A member of client metadata. */
export interface ClientField<Value extends Json = Json> {
  readonly name: string
  /** Whether a client that describes itself may set it. What is the operator's must not. @default false */
  readonly selfService?: boolean | undefined
  /**
   * The value as it is kept. It is given such a value, too, when the command line changes another field of the client: that must stay what it is.
   *
   * @throws {TypeError} what is wrong and what to write instead, as the end of a sentence that begins with the name: `must be a string`.
   */
  parse(value: unknown): Value
  /**
   * What is wrong with the value beside the rest of the client, as the end of a sentence that begins with the name: `is set, and so is
   * jwks; leave one of them out`. Null when nothing is.
   */
  check?(value: Value, client: ClientSettings): string | null
}
