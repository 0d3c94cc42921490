/**
 * The metadata of the authorization server, found by its issuer.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414 §3}
 * @module
 */
import type { Fetch } from '../edge/way-out.js'
import { type FetchedJson, fetchJson, isSafeUrl, UnexpectedAnswer } from './fetch-json.js'
import type { Loaded } from './kept.js'

export interface IssuerMetadata {
  readonly jwksUri: string
  readonly introspectionEndpoint: string | undefined
}

/**
 * Asks at each place where the document may be; the first that is this issuer's counts.
 *
 * @throws what is wrong with the last place that answered, or that the server cannot be reached.
 */
export async function discover(
  fetch: Fetch,
  issuer: string,
  httpBeyondLoopback: boolean,
): Promise<Loaded<IssuerMetadata>> {
  let wrong: unknown
  for (const url of metadataUrls(issuer)) {
    try {
      return readMetadata(await fetchJson(fetch, url), issuer, url, httpBeyondLoopback)
    } catch (error) {
      // A server that cannot be reached is not asked for the other places.
      if (!(error instanceof UnexpectedAnswer)) throw error
      // The first place is the one that the standard names, unless another one holds a document with something wrong in it.
      wrong = wrong && / answered with status 4/.test(error.message) ? wrong : error
    }
  }
  throw wrong
}

/** RFC 8414 §3.1 inserts the well-known path before the issuer's own; OpenID Connect Discovery §4 appends it. */
function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const oauth = '/.well-known/oauth-authorization-server'
  const openid = '/.well-known/openid-configuration'
  const paths = new Set([oauth + path, path + openid, openid + path, path + oauth])
  return [...paths].map((name) => origin + name)
}

function readMetadata(
  { json, maxAge }: FetchedJson,
  issuer: string,
  url: string,
  httpBeyondLoopback: boolean,
): Loaded<IssuerMetadata> {
  // RFC 8414 §3.3: identical, or nothing in it is used.
  if (json.issuer !== issuer) {
    throw new UnexpectedAnswer(`${url} is about the issuer ${JSON.stringify(json.issuer)}, not '${issuer}'`)
  }
  const { jwks_uri, introspection_endpoint } = json
  for (const endpoint of [jwks_uri, introspection_endpoint]) {
    // What comes over TLS does not send us to where there is none.
    if (
      endpoint !== undefined &&
      (!isSafeUrl(endpoint, httpBeyondLoopback) || (isHttps(issuer) && !isHttps(endpoint)))
    ) {
      throw new UnexpectedAnswer(`${url} names ${JSON.stringify(endpoint)}, which is not an https URL`)
    }
  }
  if (typeof jwks_uri !== 'string') throw new UnexpectedAnswer(`${url} has no jwks_uri`)
  return {
    value: {
      jwksUri: jwks_uri,
      introspectionEndpoint: typeof introspection_endpoint === 'string' ? introspection_endpoint : undefined,
    },
    maxAge,
  }
}

const isHttps = (url: string): boolean => new URL(url).protocol === 'https:'
