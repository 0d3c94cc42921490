/**
 * The plain messages between an adapter and the server. They exist so that a Node adapter pays for no `Request` and
 * `Response` objects; {@link https://fetch.spec.whatwg.org fetch} runtimes go through `AuthorizationServer.fetch`.
 *
 * @module
 */

/** A request as an adapter hands it over. Nothing in it has been interpreted yet. */
export interface HttpRequest {
  readonly method: string
  /** Path and query as they arrived, for example `/oauth/authorize?client_id=web`. Never scheme or host. */
  readonly url: string
  /** Every line of one header field, in order; empty when there is none. `name` is in lower case. */
  headerValues(name: string): readonly string[]
  /**
   * The body, read at most once by the server: its bytes, or the form that a body parser has made of it already.
   *
   * @throws {BodyTooLarge} as soon as more than `limit` bytes have arrived.
   */
  body(limit: number): Promise<Uint8Array | ParsedForm>
  /** Asked once, before anything is done: an adapter may gather what arrives at the same time. @default the server begins at once */
  ready?(): Promise<unknown>
  /** The address of the socket's other end. Forwarded headers are the adapter's and `trustProxy`'s business. */
  readonly address?: string | undefined
  /** What the framework itself works with (an Express request, a Hono context, a `Request`), for the app's own hooks. */
  readonly native: unknown
}

/** What an earlier body parser left behind, such as Express' `req.body`. */
export interface ParsedForm {
  readonly form: { readonly [name: string]: unknown }
}

export interface HttpResponse {
  readonly status: number
  /** In order. A name may repeat (`set-cookie`). */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** Thrown by {@link HttpRequest.body}. The server answers it with 413. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}
