/**
 * The route table: every endpoint, its methods, and what it adds to the metadata.
 *
 * @module
 */

import { apps, revokeApps } from '../account/apps.js'
import { hasLogout, logout, logoutPost } from '../account/logout.js'
import { authorize, authorizePost } from '../authorize/authorize.js'
import { consent } from '../authorize/consent.js'
import { introspect } from '../endpoints/introspect.js'
import { jwks } from '../endpoints/jwks.js'
import { revoke } from '../endpoints/revoke.js'
import type { Endpoint } from '../points/endpoint.js'
import { token } from '../token/token.js'
import type { Deployed } from './deploy.js'
import { metadataEndpoint } from './metadata.js'

/** Everything that the server answers. */
export function endpointsOf(deployment: Deployed): readonly Endpoint[] {
  const { settings, urls } = deployment
  const { paths } = urls
  const secretMethods = ['client_secret_basic', 'client_secret_post']
  const methods = [...secretMethods, 'none']
  const endpoints: Endpoint[] = [
    {
      name: 'authorize',
      paths: [paths.authorize],
      methods: {
        GET: (request) => authorize(deployment, request),
        POST: (request) => authorizePost(deployment, request),
      },
      answers: 'page',
      // RFC 9700 §2.6: never at the authorization endpoint.
      cors: false,
      metadata: {
        authorization_endpoint: urls.of('authorize'),
        response_types_supported: ['code'],
        response_modes_supported: ['query', 'form_post'],
        code_challenge_methods_supported: ['S256'],
        // RFC 9207 §3: because it is always sent.
        authorization_response_iss_parameter_supported: true,
      },
    },
    {
      name: 'consent',
      paths: [paths.consent],
      methods: { POST: (request) => consent(deployment, request) },
      answers: 'page',
      cors: false,
    },
    {
      name: 'apps',
      paths: [paths.apps],
      methods: { GET: (request) => apps(deployment, request), POST: (request) => revokeApps(deployment, request) },
      answers: 'page',
      cors: false,
    },
    ...(hasLogout(deployment) ? [logoutEndpoint(deployment)] : []),
    {
      name: 'token',
      paths: [paths.token],
      methods: { POST: (request) => token(deployment, request) },
      answers: 'json',
      cors: true,
      metadata: {
        token_endpoint: urls.of('token'),
        grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
        token_endpoint_auth_methods_supported: methods,
      },
    },
    {
      name: 'revoke',
      paths: [paths.revoke],
      methods: { POST: (request) => revoke(deployment, request) },
      answers: 'json',
      cors: true,
      metadata: { revocation_endpoint: urls.of('revoke'), revocation_endpoint_auth_methods_supported: methods },
    },
    {
      name: 'introspect',
      paths: [paths.introspect],
      methods: { POST: (request) => introspect(deployment, request) },
      answers: 'json',
      cors: false,
      metadata: {
        introspection_endpoint: urls.of('introspect'),
        introspection_endpoint_auth_methods_supported: secretMethods,
      },
    },
    {
      name: 'jwks',
      paths: [paths.jwks],
      methods: { GET: () => jwks(deployment) },
      answers: 'json',
      cors: true,
      metadata: { jwks_uri: urls.of('jwks') },
    },
    ...(deployment.users.endpoints ?? []).map(
      ({ path, methods }): Endpoint => ({ name: 'login', paths: [path], methods, answers: 'page', cors: false }),
    ),
  ]
  return [...endpoints, metadataEndpoint(settings, endpoints)]
}

const logoutEndpoint = (deployment: Deployed): Endpoint => ({
  name: 'logout',
  paths: [deployment.urls.paths.logout],
  methods: { GET: (request) => logout(deployment, request), POST: (request) => logoutPost(deployment, request) },
  answers: 'page',
  cors: false,
})
