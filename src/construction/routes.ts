/**
 * The route table: every endpoint, its methods, and what it adds to the metadata.
 *
 * @module
 */
import { apps, revokeApps } from '../account/apps.js'
import { hasLogout, logout, logoutPost } from '../account/logout.js'
import { authorize, authorizePost } from '../authorize/authorize.js'
import { consent } from '../authorize/consent.js'
import { clientsOf } from '../client-authentication/as-client.js'
import { jwks } from '../endpoints/jwks.js'
import { nothingPendingPage } from '../pages/problem-pages.js'
import type { Endpoint } from '../points/endpoint.js'
import type { AsClient } from '../points/feature.js'
import type { Joined } from '../points/join.js'
import { tokenEndpoint } from '../token/token.js'
import { core } from './core.js'
import type { DeployedWithUsers } from './deploy.js'
import { joinMetadata, metadataEndpoint } from './metadata.js'

/**
 * Everything that the server answers.
 *
 * @throws {TypeError} when two features claim the same path, or the same member of the metadata.
 */
export function endpointsOf(deployment: DeployedWithUsers, { features, claim }: Joined): readonly Endpoint[] {
  const asClient = clientsOf(deployment)
  const all = [
    ...ownEndpoints(deployment, asClient).map((endpoint) => ({ feature: core, endpoint })),
    ...features.flatMap((feature) =>
      (feature.endpoints?.(deployment, asClient) ?? []).map((endpoint) => ({ feature, endpoint })),
    ),
  ]
  const { settings } = deployment
  const metadata = joinMetadata(
    [
      {
        feature: core,
        metadata: {
          issuer: settings.issuer,
          scopes_supported: settings.resourceList.flatMap(({ scopes }) => scopes),
        },
      },
      ...all.map(({ feature, endpoint }) => ({ feature, metadata: endpoint.metadata })),
      ...features.map((feature) => ({ feature, metadata: feature.metadata })),
    ],
    claim,
  )
  const taken = new Set(all.flatMap(({ endpoint }) => endpoint.paths))
  const document = { feature: core, endpoint: metadataEndpoint(settings, metadata, taken) }
  // What is the server's own is claimed before anybody else can.
  return [document, ...all].map(({ feature, endpoint }) => {
    for (const path of endpoint.paths) claim('path', path, feature)
    return endpoint
  })
}

/** Those that belong to no feature. */
function ownEndpoints(deployment: DeployedWithUsers, asClient: AsClient): readonly Endpoint[] {
  const { urls } = deployment
  const { paths } = urls
  return [
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
        response_modes_supported: [...deployment.tables.responseModes.keys()],
        code_challenge_methods_supported: ['S256'],
        // RFC 9207 §3: because it is always sent.
        authorization_response_iss_parameter_supported: true,
      },
    },
    {
      name: 'consent',
      paths: [paths.consent],
      methods: {
        // A reload, a bookmark: who asks is in the form alone.
        GET: async (request) => nothingPendingPage(request),
        POST: (request) => consent(deployment, request),
      },
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
      methods: { POST: tokenEndpoint(deployment, asClient) },
      answers: 'json',
      cors: true,
      metadata: {
        token_endpoint: urls.of('token'),
        grant_types_supported: [...deployment.tables.grantTypes.keys()],
        token_endpoint_auth_methods_supported: [...deployment.tables.clients.authenticationMethods.keys()],
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
}

const logoutEndpoint = (deployment: DeployedWithUsers): Endpoint => ({
  name: 'logout',
  paths: [deployment.urls.paths.logout],
  methods: { GET: (request) => logout(deployment, request), POST: (request) => logoutPost(deployment, request) },
  answers: 'page',
  cors: false,
})
