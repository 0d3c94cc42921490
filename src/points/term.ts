/**
 * A term: a piece of what is approved, with all of its life. It is parsed from an authorization request, shown and chosen at consent, kept
 * through the pending request into the grant, checked again whenever something is issued, and told in tokens.
 *
 * @module
 */

import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import type { Here } from '../deployment/here.js'
import type { Active, Approved } from '../grant/state.js'
import type { AuthorizingClient } from '../protocol/identify-client.js'
import type { Json } from '../protocol/json.js'
import type { FurtherDemand } from '../protocol/prompt.js'
import type { Access, ResourceAccess } from '../protocol/resource.js'
import type { TermRefused, TermValues } from '../protocol/terms.js'
import type { Claims } from '../users/contract.js'

/**
 * Experimental: it may change in any version. A term whose value has another meaning takes another name; the old one is known for as long as a
 * grant lives.
 */
export interface Term<Value extends Json = Json> {
  /**
   * Under which the value is kept. One that begins with `!` restricts what is approved: where its feature is not given, nothing is issued from a
   * grant that has it. Others are left out of account there.
   */
  readonly name: string
  /** The parameters of the authorization request that it reads. */
  readonly parameters?: readonly string[] | undefined
  /** The value that is asked for, undefined when none is. Pure. @default none: it is chosen at consent */
  parse?(asked: TermRequest): Value | TermRefused | undefined
  /**
   * Reads what cannot be read without I/O, such as a token whose signature must be verified: asked of what was parsed when the whole request is valid,
   * before anything is stored. What it returns takes its place. @default the value as it was parsed
   */
  complete?(parsed: Value, asked: TermRequest, deployment: Deployment): Promise<Value | TermRefused>
  /** What the value asks of the login. Pure. @default nothing */
  demand?(value: Value): FurtherDemand
  /**
   * Whether the value says nothing of what is approved, but of this one request, such as a `nonce`: then no consent is remembered with it, and none is
   * held against it. @default false
   */
  readonly incidental?: boolean | undefined
  /** What the person may have to choose. @default nothing */
  readonly question?: Question<Value> | undefined
  /** What the person may leave out of the value, a box each, ticked at first. @default nothing */
  readonly parts?: OptionalParts<Value> | undefined
  /** What pages say of a value, a line each, in the language `locale`. Pure. @default nothing */
  words?(value: Value, locale: string): readonly string[]
  /** Whether who agreed to one value has agreed to another. Pure. @default whether they are the same */
  covers?(agreed: Value, asked: Value): boolean
  /**
   * What is kept in the grant, once it is certain who approves, in which browser: asked when the code is about to be issued, and again for the same
   * request. @default what was approved
   */
  approve?(approved: Value, about: Approving): Promise<Value> | Value
  /**
   * Whether what was granted still stands; false ends the grant. Asked whenever a token is issued, and when an opaque one is introspected.
   * @default it does
   */
  stands?(granted: Value, grant: Approved, deployment: Deployment): Promise<boolean> | boolean
  /** What access tokens and introspection say: after the app's claims, and none of the protocol's. Pure. @default nothing */
  claims?(granted: Value): Claims
  /** Further members of the token response. Made before the step is committed. @default none */
  members?(granted: Value, issue: TermIssue): Promise<object> | object
}

/** An authorization request whose other parameters are valid. */
export interface TermRequest {
  readonly client: AuthorizingClient
  readonly access: Access
  /** A parameter's value, which was sent once. */
  get(name: string): string | undefined
}

export interface Question<Value extends Json> {
  /** What is to be chosen, in the language `locale`. */
  label(locale: string): string
  /**
   * What this person may choose; or what it is without a question. Asked when the page is shown and again when it is answered: what is not
   * offered then cannot be chosen.
   *
   * @param asked what the request says.
   */
  offer(asked: Value | undefined, about: Choosing): Promise<Offer<Value>> | Offer<Value>
}

/** What of a value may be left out. Pure, all of it. */
export interface OptionalParts<Value extends Json = Json> {
  /** The boxes stand with the scope of this name: that of a resource which everybody has who asks for the term. */
  readonly beside: string
  /** The names of the parts that may be left out of the value, in the order of the page. */
  of(value: Value): readonly string[]
  /** What pages say of one, in the language `locale`. */
  text(name: string, locale: string): string
  /** What is left without some of them; undefined for nothing. */
  without(value: Value, names: readonly string[]): Value | undefined
}

/** Who chooses. */
export interface Choosing {
  readonly subject: string
  readonly client: Client
  readonly deployment: Deployment
}

/** Who approves, and where. */
export interface Approving extends Here {
  readonly client: Client
  readonly deployment: Deployment
}

export type Offer<Value extends Json> =
  /** Undefined for no value at all. */
  | { readonly settled: Value | undefined }
  | { readonly choices: readonly { readonly value: Value; readonly text: string }[] }
  /** There is nothing that this person may choose. */
  | TermRefused

/** What is being issued. */
export interface TermIssue {
  readonly grant: Approved & Pick<Active, 'code'>
  readonly client: Client
  /** Of the access token. */
  readonly access: ResourceAccess
  /** As the client gets it. */
  readonly accessToken: string
  /** Of the access token, in epoch milliseconds. */
  readonly issuedAt: number
  /** The name of the grant type. */
  readonly by: string
  readonly deployment: Deployment
}

/** The value of a term in a grant or an authorization request. */
export const termValue = <Value extends Json>(
  { terms }: { readonly terms?: TermValues | undefined },
  { name }: Term<Value>,
): Value | undefined =>
  // Only the term itself has put it there.
  terms && Object.hasOwn(terms, name) ? (terms[name] as Value) : undefined
