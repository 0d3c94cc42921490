/**
 * A client as the server works with it: its metadata after the checks. Pure.
 *
 * @module
 */
import type { Json } from './json.js'

/** Client metadata after the checks, with defaults filled in and scope as lists. */
export interface ClientSettings {
  readonly client_name: string | undefined
  readonly client_uri: string | undefined
  readonly logo_uri: string | undefined
  readonly policy_uri: string | undefined
  readonly tos_uri: string | undefined
  readonly redirect_uris: readonly string[]
  readonly grant_types: readonly string[]
  /** Undefined for a secret, in the header or in the form. */
  readonly token_endpoint_auth_method: string | undefined
  /**
   * Ways in which the client may prove itself besides. Only a client that describes itself in a document has any: what operators and registrants write
   * is one way. Whatever is here, `token_endpoint_auth_method` says what protects the client, so it is the weakest of them. Absent for none.
   */
  readonly further_auth_methods?: readonly string[] | undefined
  /** Undefined for every scope. */
  readonly scope: readonly string[] | undefined
  /** Undefined for what is usual at the resource, within `scope`. */
  readonly default_scope: readonly string[] | undefined
  /** Undefined for every resource. */
  readonly resources: readonly string[] | undefined
  readonly serves: readonly string[]
  readonly rotate_refresh_tokens: boolean
  readonly allow_missing_pkce: boolean
  readonly first_party: boolean
  /** Undefined: yes, but not where anybody can pass for the client. */
  readonly remember_consent: boolean | undefined
  /**
   * What features know of the client, by the names of its metadata. A stored client keeps here also what this server does not know, so that
   * nothing is lost when a feature is away for a while. Absent for nothing.
   */
  readonly fields?: { readonly [name: string]: Json } | undefined
}

/**
 * Whether a client cannot keep a secret (RFC 6749 §2.1). One that may leave its proof out is such a client, also when it brings one: whoever pretends to
 * be it brings none.
 */
export function isPublicClient(client: Pick<ClientSettings, 'token_endpoint_auth_method'>): boolean {
  return client.token_endpoint_auth_method === 'none'
}

/**
 * Whether the client's codes need no PKCE. Never those of a public client: nothing else would bind them.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1 RFC 9700 §2.1.1}
 */
export const mayOmitPkce = (client: ClientSettings): boolean => client.allow_missing_pkce && !isPublicClient(client)

/**
 * Whether a client may prove itself in this way. RFC 7591 §2: the one that it is registered for, and no other. Where none was written, the two
 * that RFC 6749 §2.3.1 has for secrets.
 */
export const mayUseMethod = (client: ClientSettings, method: string): boolean => methodsOf(client).includes(method)

/** All ways in which a client may prove itself. */
export function methodsOf({ token_endpoint_auth_method: registered, further_auth_methods = [] }: ClientSettings) {
  return registered === undefined ? secretMethods : [registered, ...further_auth_methods]
}

const secretMethods: readonly string[] = ['client_secret_basic', 'client_secret_post']
