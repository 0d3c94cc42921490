/**
 * What the fetcher gives to those who need a document of somebody else.
 *
 * @module
 */
import type { Fetch } from '../edge/way-out.js'
import type { JsonObject } from '../protocol/json-object.js'

/** @typeParam T what is wanted: JSON objects, or another thing of the same kind. */
export interface Documents<T = JsonObject> {
  /**
   * GETs a JSON document from a URL that somebody else chose. Never rejects for what the other side does.
   *
   * @param from who made us ask: `address` is the client's, for the limits; unknown ones are counted by nobody's network.
   */
  get(url: string, from: { readonly address: string | undefined }): Promise<Fetched<T>>
}

export type Fetched<T = JsonObject> =
  | {
      readonly ok: true
      readonly json: T
      /** Milliseconds for which HTTP lets it be used without asking again (RFC 9111); undefined when the answer says nothing about that. */
      readonly freshFor: number | undefined
    }
  | {
      readonly ok: false
      readonly problem: FetchProblem
      /** Of the answer, if there was one. */
      readonly status?: number | undefined
      /** What went wrong, for the operator. It may hold text of the other side. */
      readonly detail: string
    }

export type FetchProblem =
  /** Told from the URL alone: not https on port 443, a fragment, a password … */
  | 'url_not_allowed'
  /** The host is, or is also, where strangers do not reach. */
  | 'address_not_allowed'
  /** No name, no connection, no TLS, or an answer that broke off. */
  | 'unreachable'
  /** Not whole within 5 seconds. */
  | 'timeout'
  | 'redirect'
  /** Another one than 200. */
  | 'status'
  /** More than 64 KB. */
  | 'too_large'
  /** Not said to be JSON, or compressed. */
  | 'content_type'
  /** Not what was wanted, such as a JSON object in UTF-8. */
  | 'not_json'
  /** Not asked for, because too much was asked for lately. Worth trying again in a minute. */
  | 'limited'

/** How documents are fetched from URLs that others chose. */
export interface DocumentsOptions {
  /**
   * The app's own way out, in place of ours: then it has to keep off inward addresses, which nobody else can check. URL, time, size and type
   * are checked all the same. Needed where the runtime cannot connect to a chosen address, such as Cloudflare Workers.
   */
  readonly fetch?: Fetch | undefined
  /**
   * Origins that are fetched from although they are not https on port 443 at a public address, exactly as `new URL(…).origin` writes them: for
   * tests and development. @default none
   */
  readonly allowOrigins?: readonly string[] | undefined
}
