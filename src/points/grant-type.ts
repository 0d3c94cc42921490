/**
 * A grant type: a row of the token endpoint. What issuing has to get right (decide, sign, commit, answer, in that order) is handed in.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.5 RFC 6749 §4.5}
 * @module
 */
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import type { Issued } from '../grant/redeem-code.js'
import type { Grant } from '../grant/state.js'
import type { Step } from '../grant/step.js'
import type { GrantTypeRules } from '../protocol/client-vocabulary.js'
import type { Confirmation } from '../protocol/confirmation.js'
import type { Parameters } from '../protocol/parameters.js'
import type { ResourceAccess } from '../protocol/resource.js'

/**
 * Experimental: it may change in any version.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.5 RFC 6749 §4.5} for names: an absolute URI, for a grant type of your own.
 */
export interface GrantType extends GrantTypeRules {
  /** The value of `grant_type` that is answered, and that a client must be registered for. */
  readonly name: string
  /**
   * Answers a token request of a client that is authenticated and registered for the grant type.
   *
   * @throws {OAuthError} to refuse it, for example `new OAuthError('invalid_grant', 'The PIN is wrong.')`.
   */
  answer(request: TokenRequest): Promise<HttpResponse>
}

/** A token request, with what may be done about it. */
export interface TokenRequest {
  /** Who asks: authenticated, or a public client that is only named. */
  readonly client: Client
  /** What was posted; each parameter once. */
  readonly form: Parameters
  readonly http: HttpRequest
  /** The key that the request proved, to which what is issued will be bound; undefined for none. */
  readonly confirmation: Confirmation | undefined
  /** The parts of the server. */
  readonly deployment: Deployment
  /**
   * The resource and the scope that the request asks for, within what the client may have.
   *
   * @throws {OAuthError} `invalid_target` or `invalid_scope`.
   */
  access(): ResourceAccess
  /**
   * Advances a grant by one step and answers with what that issues. The step is decided, then signed, then committed: a failing key spends
   * nothing, and a lost race sends nothing.
   *
   * @param grantId of the grant that the presented credential names.
   * @param entropy how many fresh random bytes `decide` needs.
   * @param decide the pure step. It is called again when somebody else's step was faster, on the grant as it is then.
   * @throws {OAuthError} when the step is refused.
   * @throws {Unavailable} when the store fails; then nothing was sent, and a retry gets in.
   */
  step<Answer extends Issued>(
    grantId: string,
    entropy: number,
    decide: (grant: Grant, now: number, entropy: Uint8Array) => Step<Answer>,
    options?: StepOptions,
  ): Promise<{ readonly answer: Answer; readonly response: HttpResponse }>
  /** Answers with an access token that no grant stands behind: no refresh token, and nobody finds it among their connected apps. */
  alone(token: LoneToken): Promise<HttpResponse>
}

export interface StepOptions {
  /** Whether who presents the same again gets the same again by itself, so that no answer has to be kept for them. @default false */
  readonly repeats?: boolean | undefined
}

/** An access token without a grant. */
export interface LoneToken {
  /** The user for whom the client acts; or the client's own id, when it acts for itself. Their claims are asked of the app's hooks. */
  readonly subject: string
  readonly access: ResourceAccess
}
