/**
 * OpenID Connect: people log in to other apps with this one.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html OpenID Connect Core 1.0}
 * @module
 */
import { guardedPosting } from '../../guarded-fetch/posting.js'
import type { Feature } from '../../points/feature.js'
import type { Deployed } from '../../points/tables.js'
import { perServer } from '../../runtime/per-server.js'
import { version } from '../../runtime/version.js'
import { clientFields } from './client-fields.js'
import { deliverLogouts } from './logout/back-channel.js'
import { clientSessions } from './logout/client-sessions.js'
import { endSessionEndpoint } from './logout/end-session.js'
import { checkOpenIdOptions, type OpenIdOptions } from './options.js'
import { PAIRWISE_SALT, pairwiseSubject, sectorVerifier } from './pairwise.js'
import { requestObjectAlgorithms } from './request-objects/fields.js'
import { requestObjectSources } from './request-objects/sources.js'
import { identityClaims } from './rules/identity-claims.js'
import { claimsTerm, sharedTerm, signInTerm } from './terms.js'
import { userInfoEndpoint } from './user-info.js'
import { identityResource } from './words.js'

/**
 * Makes the server an OpenID provider: clients that ask for the scope `openid` get an ID token, and may ask at UserInfo for what the person lets them
 * know. What that is comes from `claims` of the option `users`.
 *
 * @example
 * createAuthorizationServer({
 *   // … issuer, storage, secret
 *   users: passwordLogin({ find, claims: async (subject) => ({ name: 'Ada', email: 'ada@example.com', email_verified: true }) }),
 *   clients: [{ client_id: 'forum', client_secret: process.env.FORUM_SECRET, redirect_uris: ['https://forum.example/callback'] }],
 *   features: [openid()],
 * })
 *
 * @throws {TypeError} when an option is wrong.
 */
export function openid(options: OpenIdOptions = {}): Feature {
  const settings = checkOpenIdOptions(options)
  const { algorithms, documents } = settings
  const sessionsOf = perServer(clientSessions)
  const channelOf =
    documents &&
    perServer((deployment: Deployed) => {
      return { deployment, settings, sessions: sessionsOf(deployment), posting: guardedPosting(documents) }
    })
  return {
    name: 'openid',
    madeFor: version,
    resources: (_, urls) => ({ [urls.of('userinfo')]: identityResource }),
    // OAuth 2.0 Multiple Response Types §2.1. For the response type `code` alone, as everything here: tokens never travel in a URL.
    responseModes: [{ name: 'fragment', carrier: 'fragment' }],
    requestSources: requestObjectSources(documents),
    terms: [signInTerm(settings, sessionsOf), claimsTerm, sharedTerm],
    clientFields: clientFields(settings),
    algorithms,
    keptSecrets: [PAIRWISE_SALT],
    knownAs: pairwiseSubject,
    ...(documents && { verifyClient: sectorVerifier(documents) }),
    endpoints(server) {
      // What cannot work here should show when the server is made.
      channelOf?.(server)
      return [userInfoEndpoint(server, settings), ...endSessionEndpoint(server, sessionsOf(server))]
    },
    ...(channelOf && {
      signedOut: ({ subject, here }, server) => sessionsOf(server).end(subject, here),
      deliver: (server) => deliverLogouts(channelOf(server)),
    }),
    // OpenID Connect Discovery §3.
    metadata: {
      scopes_supported: ['offline_access'],
      subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: algorithms,
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', 'sid', ...identityClaims],
      // Back-Channel Logout §2.1.
      ...(documents && { backchannel_logout_supported: true, backchannel_logout_session_supported: true }),
      claims_parameter_supported: true,
      request_parameter_supported: true,
      // Where it is left out, it means yes.
      request_uri_parameter_supported: documents !== null,
      ...(documents && { require_request_uri_registration: true }),
      request_object_signing_alg_values_supported: requestObjectAlgorithms,
      prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
    },
  }
}
