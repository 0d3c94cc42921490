/**
 * A feature: what is not everybody's, as a value that is given to the server. It has no phases and no order; it adds rows to tables that are
 * looked up by name.
 *
 * @module
 */
import type { Client } from '../clients/client.js'
import type { ClientSource } from '../clients/sources.js'
import type { VerifyClient } from '../clients/verify.js'
import type { BesideOptions } from '../deployment/resource-options.js'
import type { Urls } from '../deployment/urls.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import type { SigningAlgorithm } from '../keys/jwk.js'
import type { ClientField } from '../protocol/client-vocabulary.js'
import type { Parameters } from '../protocol/parameters.js'
import type { ClientAuthentication } from './client-authentication.js'
import type { Endpoint } from './endpoint.js'
import type { GrantType } from './grant-type.js'
import type { KeyProof } from './key-proof.js'
import type { RequestSource } from './request-source.js'
import type { ResponseMode } from './response-mode.js'
import type { SignedOut } from './signed-out.js'
import type { Deployed, Recognize } from './tables.js'
import type { Term } from './term.js'

/**
 * Something a server can do besides what it always does, for its option `features`. Experimental: it may change in any version.
 *
 * @example
 * const kiosk: Feature = { name: 'kiosk', grantTypes: [pinGrant] }
 */
export interface Feature {
  /** For messages: one feature of a name can be given. */
  readonly name: string
  /** The version of the library that the feature belongs to. One that ships with the library says so, and fits no other. */
  readonly madeFor?: string | undefined
  /** What the token endpoint answers besides. */
  readonly grantTypes?: readonly GrantType[] | undefined
  /** How clients may prove who they are besides. */
  readonly clientAuthentication?: readonly ClientAuthentication[] | undefined
  /** How answers to authorization requests may go back besides. */
  readonly responseModes?: readonly ResponseMode[] | undefined
  /** Where the parameters of an authorization request may be besides. */
  readonly requestSources?: readonly RequestSource[] | undefined
  /** Keys that clients may prove with a token request; what they get is bound to them. */
  readonly keyProofs?: readonly KeyProof[] | undefined
  /** What is approved besides: values from the request, or chosen at consent, that go into the grant. */
  readonly terms?: readonly Term[] | undefined
  /** Further members of client metadata, kept in `client.fields`. */
  readonly clientFields?: readonly ClientField[] | undefined
  /**
   * The name of whoever gets the answer to an authorization request, when that is certain; the consent page then says it. Told by where the answer goes, never by
   * what a client says of itself.
   */
  readonly recognizes?: Recognize | undefined
  /**
   * What it limits: the names that it gives to `deployment.limits`, and under which the option `limiter` takes a limiter of the app's own.
   * Several features may count the same together, so a name says what is counted: `documentFetchesPerAddress`.
   */
  readonly limits?: readonly string[] | undefined
  /**
   * Scope of the server itself, by a URI that stands for it: it may be asked for beside that of any API, and is in the scope of that API's
   * tokens then. The words are for the consent page. Called once.
   */
  resources?(issuer: string, urls: Urls): { readonly [uri: string]: BesideOptions }
  /**
   * What the server must be able to sign with besides: `deployment.keyring.current('RS256')` gives the signer. Each has a key ring of its
   * own, published and rotated as the first one; several features may want the same, and nothing is made for what `signingAlgorithm` is
   * already. What is signed must not live longer than the longest access token: keys are published for that long.
   */
  readonly algorithms?: readonly SigningAlgorithm[] | undefined
  /** Members of the server metadata that belong to no endpoint. Lists are joined with what others say; everything else is said once. */
  readonly metadata?: { readonly [name: string]: unknown } | undefined
  /**
   * What is wrong with a client that cannot be told without asking somebody, such as what is at a URL that it names. Asked when a client registers or is changed, after everything
   * else; not of the clients in the configuration.
   */
  verifyClient?: VerifyClient | undefined
  /**
   * How a client knows a user: what stands for them wherever the client is the only one to read it. At most one feature may say so.
   *
   * @param redirectUri where the code of a grant went, which may be none of the client's any more; undefined where there is no grant.
   * @default by the subject, as everybody
   */
  knownAs?(client: Client, subject: string, server: Deployed, redirectUri?: string): string | Promise<string>
  /**
   * Names of secrets of 32 bytes that never change: `deployment.keyring.kept(name)`. Each is made when it is first needed, once for all instances, and stored wrapped as keys
   * are. Say whose it is: `openid pairwise`.
   */
  readonly keptSecrets?: readonly string[] | undefined
  /**
   * Told of a logout before it is carried out: what others must learn of it is written down when this resolves. What it rejects with keeps the
   * person logged in, to try again.
   */
  signedOut?(who: SignedOut, server: Deployed): Promise<void>
  /**
   * Sends to others what is written down and due. Called after a logout, from time to time, and by `auth.deliver()`; several instances may do so at once.
   *
   * @returns milliseconds until something is due; null when nothing waits.
   */
  deliver?(server: Deployed): Promise<number | null>
  /** Clients that nobody registered here. Called once, when the server is made. */
  clientSources?(server: Deployed): readonly ClientSource[]
  /** Endpoints of its own. Called once, when the server is made. */
  endpoints?(server: Deployed, asClient: AsClient): readonly Endpoint[]
}

/**
 * Answers a form that an authenticated client has posted.
 *
 * @throws {OAuthError} when the form cannot be read, or the client is not who it says it is.
 */
export type AsClient = (
  request: HttpRequest,
  answer: (client: Client, form: Parameters) => Promise<HttpResponse> | HttpResponse,
) => Promise<HttpResponse>
