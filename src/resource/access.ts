/**
 * What an access token gives, and what a route demands.
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import type { Claims } from '../users/contract.js'

/** Who calls, on whose behalf, with which rights: what a valid access token says. */
export interface Access {
  /** The user, or the client itself for the client_credentials grant. */
  readonly subject: string
  readonly clientId: string
  readonly scope: readonly string[]
  readonly resource: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** Epoch milliseconds at which the user logged in, where known. */
  readonly authenticatedAt: number | undefined
  /** How the user logged in (OpenID Connect Core §2), where known. */
  readonly acr?: string | undefined
  /** Further claims of a JWT, or of introspection. Empty for opaque tokens in the server's own process. */
  readonly claims: Claims
}

/** What a route demands. What is there must demand something: an empty name, an empty list or `undefined` is refused. */
export interface AccessNeed {
  /** Every one of these scopes: a list, or names separated by spaces. @default none */
  readonly scope?: string | readonly string[] | undefined
  /** The login may be at most so many seconds old. A token without a login never suffices. @default any age */
  readonly maxAge?: number | undefined
  /** The login must be of one of these kinds, the preferred one first. @default any */
  readonly acr?: string | readonly string[] | undefined
}

export type AccessDecision =
  | { readonly ok: true; readonly access: Access }
  | { readonly ok: false; readonly response: HttpResponse }

/** Checks access tokens for one resource. */
export interface ResourceServer {
  readonly resource: string
  /** Where the metadata document is, which challenges point to; undefined without the option `metadata`. */
  readonly metadataUrl: string | undefined
  /**
   * Judges the bearer token of a request. A refusal is a finished challenge. A CORS preflight is refused as a request without a token,
   * whatever it has.
   *
   * @throws {TypeError} (as a rejection) when `need` has a member that is wrong, unknown, or demands nothing.
   * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
   */
  check(request: HttpRequest, need?: AccessNeed): Promise<AccessDecision>
  /**
   * Judges access that {@link check} has given already, for what is known only once the body was read, such as the tool that an MCP client
   * calls. Null when it is enough, else a finished challenge, whose `scope` names what the token has beside what is needed: a client that
   * asks for just that loses nothing.
   *
   * @throws {TypeError} when `need` is wrong, or the access is to another resource.
   * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 §3.1}
   */
  demand(access: Access, need: AccessNeed): HttpResponse | null
  /** Answers a request for the metadata document; null for every other request, and without the option `metadata`. */
  handle(request: HttpRequest): HttpResponse | null
}

/**
 * Where the tokens of one resource are looked up.
 *
 * `find` gives null for a token that is not valid here, and throws when it cannot be known: an open question is never an open
 * door.
 */
export interface TokenSource {
  readonly issuer: string
  readonly resource: string
  /** What a first request gets there that names no scope, where it is known. */
  readonly defaultScope: readonly string[] | undefined
  /** What people call it, where it is known. */
  readonly name: string | undefined
  readonly now: () => number
  /** Milliseconds by which the clock of the issuer may differ. */
  readonly tolerance: number
  find(token: string): Promise<Access | null>
}
