/**
 * A response mode: how the answer to an authorization request goes back to the client.
 *
 * @see {@link https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes OAuth 2.0 Multiple Response Types §2.1}
 * @module
 */
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'

/** The parameters of an answer, in order. */
export type ResponseFields = readonly (readonly [name: string, value: string])[]

/** Experimental: it may change in any version. */
export interface ResponseMode {
  /** The value of `response_mode`. */
  readonly name: string
  /** What carries the answer: the query of the redirect URI, its fragment, or a form that posts itself. */
  readonly carrier: 'query' | 'fragment' | 'form_post'
  /** Puts the fields into others, for example all of them into one signed `response`. @default they go as they are */
  encode?(fields: ResponseFields, client: Client, deployment: Deployment): Promise<ResponseFields> | ResponseFields
}
