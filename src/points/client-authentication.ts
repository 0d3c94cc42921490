/**
 * A way of client authentication: how a client proves who it is.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 §2.3}
 * @module
 */
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import type { RefusalReason } from '../edge/errors.js'
import type { HttpRequest } from '../edge/message.js'
import type { AuthenticationRules } from '../protocol/client-vocabulary.js'
import type { Parameters } from '../protocol/parameters.js'

/** Experimental: it may change in any version. */
export interface ClientAuthentication<Presented extends PresentedClient = PresentedClient> extends AuthenticationRules {
  /** The values of `token_endpoint_auth_method` that it stands for. */
  readonly methods: readonly string[]
  /** The scheme of the Authorization header that it reads, in small letters. */
  readonly scheme?: string | undefined
  /** The parameters of the form that it reads, besides `client_id`. */
  readonly parameters?: readonly string[] | undefined
  /** `WWW-Authenticate` of a refusal, where the client came with `scheme`. */
  readonly challenge?: string | undefined
  /**
   * Whether what it reads may be there without being meant, as a certificate of the connection may. Then it counts only for a client that is
   * registered for it, and only when no other way was used. @default false
   */
  readonly ambient?: boolean | undefined
  /**
   * What the request presents, in this way; null when nothing. A string when it was meant this way and cannot be read: a sentence for the
   * developer of the client, which repeats nothing of the request. Nothing is believed yet, and nothing may be looked up.
   */
  read(sent: SentCredentials): Presented | string | null
  /**
   * Why the client is not believed, for the operator's events (`name:what`), with a hint where there is something to say; null when it is. The
   * client itself learns nothing of it.
   */
  judge(
    client: Client,
    presented: Presented,
    deployment: Deployment,
  ): Promise<RefusalReason | RefusedProof | null> | RefusalReason | RefusedProof | null
}

/** Why a client is not believed, and more. */
export interface RefusedProof {
  readonly reason: RefusalReason
  /** For the operator: what was received and what would have been right, in a sentence or two. Never what proves a client. */
  readonly hint: string
}

/** What a request that wants to be authenticated has with it. */
export interface SentCredentials {
  readonly http: HttpRequest
  /** The only Authorization header. */
  readonly authorization: string | undefined
  readonly form: Parameters
}

/** What a client says of itself, with whatever `judge` needs of the proof. */
export interface PresentedClient {
  /** One of `methods`. The client must be registered for just that one, or, with a secret in the header or the form, for none. */
  readonly method: string
  readonly client_id: string
  /** What else may be meant, where what was sent has two readings: it counts when no client has `client_id`. */
  readonly orClientId?: string | undefined
  /** Whether the proof is empty: the client is only named, which is enough for a public one. @default false */
  readonly isEmpty?: boolean | undefined
}
