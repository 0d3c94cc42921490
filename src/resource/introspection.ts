/**
 * Asking the authorization server what a token is. What is active is remembered for a few seconds; what is not, never.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662 RFC 7662}
 * @module
 */

import type { Fetch } from '../edge/way-out.js'
import type { JsonObject } from '../protocol/json-object.js'
import { digest } from '../runtime/hash.js'
import { sharedByKey } from '../runtime/shared.js'
import type { Access } from './access.js'
import { accessOf, type Expected } from './claims.js'
import { fetchJson, UnexpectedAnswer } from './fetch-json.js'
import type { IssuerMetadata } from './issuer-metadata.js'
import { Unreachable } from './kept.js'

/** How this API introspects tokens. */
export interface IntrospectionOptions {
  /** The API's own client at the authorization server. */
  readonly client_id: string
  readonly client_secret: string
  /** Seconds for which an active token is not asked about again. 0 asks each time. @default 10 */
  readonly cacheFor?: number | undefined
  /** Ask about JWTs too, so that a revoked one is refused. @default false: only tokens that are no JWTs */
  readonly always?: boolean | undefined
}

const MAX_REMEMBERED = 10_000
/** How long the endpoint is left alone when it has failed. */
const RETRY_FLOOR = 1_000

/** Looks tokens up. What it gives throws {@link Unreachable}; `failed` is told of each request that failed. */
export function introspector(
  { client_id, client_secret, cacheFor = 10 }: IntrospectionOptions,
  fetch: Fetch,
  metadata: () => Promise<IssuerMetadata>,
  expected: () => Expected,
  failed: (cause: unknown) => void,
): (token: string) => Promise<Access | null> {
  const authorization = `Basic ${btoa(`${formEncoded(client_id)}:${formEncoded(client_secret)}`)}`
  const remembered = new Map<string, { readonly access: Access; readonly until: number }>()
  const once = sharedByKey<Access | null>()
  let retryAt = 0

  async function ask(token: string): Promise<JsonObject> {
    const { introspectionEndpoint: url } = await metadata()
    if (url === undefined) throw new UnexpectedAnswer('The authorization server has no introspection_endpoint')
    const body = new URLSearchParams({ token, token_type_hint: 'access_token' }).toString()
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    const { json } = await fetchJson(fetch, url, { method: 'POST', headers, body })
    if (typeof json.active !== 'boolean') throw new UnexpectedAnswer(`${url} does not say whether the token is active`)
    return json
  }

  async function lookUp(token: string, id: string): Promise<Access | null> {
    const asked = expected().now
    if (asked < retryAt) throw new Unreachable(retryAt - asked)
    let answer: JsonObject
    try {
      answer = await ask(token)
    } catch (cause) {
      if (cause instanceof Unreachable) throw cause
      retryAt = expected().now + RETRY_FLOOR
      failed(cause)
      throw new Unreachable(RETRY_FLOOR)
    }
    const access = accessIn(answer, expected())
    // From when it was asked, so that nothing lives longer than that after it was true.
    const until = access ? Math.min(asked + cacheFor * 1000, access.expiresAt) : 0
    if (access && until > expected().now) remember(id, access, until)
    return access
  }

  function remember(id: string, access: Access, until: number) {
    const [oldest] = remembered.keys()
    if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    remembered.set(id, { access, until })
  }

  return (token) => {
    const id = digest(token)
    const known = remembered.get(id)
    if (known && expected().now < known.until) return Promise.resolve(known.access)
    remembered.delete(id)
    return once(id, () => lookUp(token, id))
  }
}

function accessIn({ active, token_type, ...said }: JsonObject, expected: Expected): Access | null {
  // Whatever is no bearer token needs more than to be shown. Refresh tokens have no `aud` and no such type (RFC 7662 §4).
  if (active !== true || (token_type !== undefined && !/^bearer$/i.test(String(token_type)))) return null
  // RFC 7662 §2.2: all of these are optional. A token without a user is the client's own.
  return accessOf({ iss: expected.issuer, sub: said.client_id, iat: 0, ...said }, expected)
}

/** RFC 6749 §2.3.1: both are form-encoded before they are joined, and so ASCII. */
const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
