/**
 * Every URL of the server.
 *
 * @module
 */
/** Every URL, made of the configured issuer and never of a `Host` header (RFC 8414 §6.2). */
export interface Urls {
  /** Scheme, host and port of the issuer. */
  readonly origin: string
  /** Absolute paths of the endpoints, by name. */
  readonly paths: { readonly [name in EndpointName]: string }
  /** The absolute URL of an endpoint. */
  of(name: EndpointName): string
}

export type EndpointName =
  | 'authorize'
  | 'consent'
  | 'login'
  | 'apps'
  | 'logout'
  | 'token'
  | 'revoke'
  | 'introspect'
  | 'jwks'
  | 'register'
  | 'userinfo'
  | 'end-session'

export function urlsOf(issuer: string, basePath: string): Urls {
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer
  const { origin, pathname } = new URL(base + basePath)
  const path = (name: string) => `${pathname}/${name}`
  return {
    origin,
    paths: {
      authorize: path('authorize'),
      consent: path('consent'),
      login: path('login'),
      apps: path('apps'),
      logout: path('logout'),
      token: path('token'),
      revoke: path('revoke'),
      introspect: path('introspect'),
      jwks: path('jwks'),
      register: path('register'),
      userinfo: path('userinfo'),
      'end-session': path('end-session'),
    },
    of: (name) => `${base}${basePath}/${name}`,
  }
}
