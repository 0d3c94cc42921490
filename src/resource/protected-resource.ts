/**
 * Protected resource metadata: the document that tells a client which authorization server to go to.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728 RFC 9728}
 * @module
 */
import { everyOrigin, preflightResponse } from '../edge/cors.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import { cacheableJson, emptyResponse, withHeaders } from '../edge/responses.js'

/** Further members of the document (RFC 9728 §2). */
export interface ResourceMetadata {
  /**
   * What clients ask for first, where no challenge names a scope. A scope works without being listed.
   *
   * @default the `defaultScope` of the resource, when the server is in this process
   */
  readonly scopes_supported?: readonly string[] | undefined
  /** A name for people. @default the `name` of the resource, in its first language, when the server is in this process */
  readonly resource_name?: string | undefined
  /** A page for developers. */
  readonly resource_documentation?: string | undefined
}

export interface MetadataDocument {
  readonly url: string
  /**
   * Null for a request that is not for the document, which is at the root form, too. One slash at the end of its path, or none where it has one, is
   * accepted.
   */
  handle(request: HttpRequest): HttpResponse | null
}

const MAX_AGE = 300_000

const ROOT = '/.well-known/oauth-protected-resource'

/** @throws {TypeError} when the resource is not an http(s) URL: then there is no place for the document. */
export function metadataDocument(resource: string, issuer: string, members: ResourceMetadata): MetadataDocument {
  const { origin, pathname, search } = wellKnown(resource)
  const path = pathname + search
  // Frameworks and proxies add a slash at the end (`trailingSlash` of Next.js), or take it off (Next.js without).
  const redirected = (pathname.endsWith('/') ? pathname.slice(0, -1) : `${pathname}/`) + search
  // Looser than RFC 9728 §3.1: clients that know nothing but the host look there, whatever the path of the resource.
  const paths = new Set([path, redirected, ROOT, `${ROOT}/`])
  const response = withHeaders(
    cacheableJson(
      JSON.stringify({
        resource,
        authorization_servers: [issuer],
        // RFC 6750 §2.1: the only way in which a token is taken.
        bearer_methods_supported: ['header'],
        scopes_supported: members.scopes_supported,
        resource_name: members.resource_name,
        resource_documentation: members.resource_documentation,
      }),
      MAX_AGE,
    ),
    everyOrigin,
  )
  return {
    url: origin + path,
    handle(request) {
      const { method, url } = request
      if (!paths.has(url)) return null
      if (method === 'GET') return response
      if (method === 'HEAD') return { ...response, body: '' }
      if (method === 'OPTIONS') {
        return preflightResponse(request, everyOrigin, { methods: ['GET'], maxAge: 86_400 })
      }
      return emptyResponse(405, [['allow', 'GET, HEAD, OPTIONS']])
    },
  }
}

/** RFC 9728 §3.1: the well-known path goes between the host and the resource's own path and query. */
function wellKnown(resource: string): URL {
  if (!/^https?:\/\//i.test(resource) || !URL.canParse(resource)) {
    throw new TypeError(`metadata needs a resource that is an https URL, and '${resource}' is not. Leave metadata out.`)
  }
  const url = new URL(resource)
  url.pathname = `${ROOT}${url.pathname === '/' ? '' : url.pathname}`
  return url
}
