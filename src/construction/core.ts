/**
 * What every server has, on the same points that features use.
 *
 * @module
 */
import { clientSecretBasic, clientSecretPost } from '../client-authentication/client-secret.js'
import { publicClient } from '../client-authentication/public-client.js'
import { introspectionEndpoint } from '../endpoints/introspect.js'
import { revocationEndpoint } from '../endpoints/revoke.js'
import type { Feature } from '../points/feature.js'
import { authorizationCode } from '../token/authorization-code.js'
import { clientCredentials } from '../token/client-credentials.js'
import { refreshToken } from '../token/refresh-token.js'

export const core: Feature = {
  name: 'grantwright',
  grantTypes: [authorizationCode, refreshToken, clientCredentials],
  clientAuthentication: [clientSecretBasic, clientSecretPost, publicClient],
  responseModes: [
    { name: 'query', carrier: 'query' },
    // OAuth 2.0 Form Post Response Mode §2.
    { name: 'form_post', carrier: 'form_post' },
  ],
  limits: [
    'pendingRequestsPerAddress',
    'pendingRequestsPerBrowser',
    'pendingRequestsWithoutAddress',
    'loginsWithoutAddress',
  ],
  endpoints: (server, asClient) => [revocationEndpoint(server, asClient), introspectionEndpoint(server, asClient)],
}
