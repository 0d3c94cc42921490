/**
 * The UserInfo endpoint: what a client may know of the person who has let it.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo OpenID Connect Core §5.3}
 * @module
 */
import { findLiveAccessToken } from '../../access-token/access-token.js'
import { termsStand } from '../../access-token/terms.js'
import type { Client } from '../../clients/client.js'
import { endGrant } from '../../deployment/end-grant.js'
import { OAuthError, type OAuthErrorCode, type RefusalReason } from '../../edge/errors.js'
import { readForm, refuseProblems } from '../../edge/form.js'
import type { HttpRequest, HttpResponse } from '../../edge/message.js'
import { jsonResponse } from '../../edge/responses.js'
import type { Active } from '../../grant/state.js'
import { signJws } from '../../keys/jws.js'
import type { Endpoint } from '../../points/endpoint.js'
import type { Deployed } from '../../points/tables.js'
import { bearerTokenIn } from '../../protocol/bearer.js'
import { userInfoAlgorithmOf } from './client-fields.js'
import { grantedClaims } from './granted-claims.js'
import type { OpenIdSettings } from './options.js'

export function userInfoEndpoint(deployment: Deployed, settings: OpenIdSettings): Endpoint {
  const answer = async (request: HttpRequest): Promise<HttpResponse> => {
    const token = await presented(request)
    const { grant, scope, resource } = await authorized(deployment, token)
    const client = await deployment.clients.find(grant.clientId)
    if (!client) throw invalid('openid:client_gone')
    const claims = await grantedClaims(deployment, client, grant, { resource, scope }, 'userinfo')
    if (!claims) {
      await endGrant(deployment, grant.id, 'subject_gone')
      throw invalid('openid:subject_gone')
    }
    if (!(await termsStand(deployment, grant))) {
      await endGrant(deployment, grant.id, 'term_ended')
      throw invalid('openid:term_ended')
    }
    return told(deployment, settings, client, {
      ...claims,
      sub: await deployment.knownAs(client, grant.subject, grant.code.redirectUri),
    })
  }
  return {
    name: 'userinfo',
    paths: [deployment.urls.paths.userinfo],
    methods: { GET: answer, POST: answer },
    answers: 'json',
    cors: true,
    metadata: {
      userinfo_endpoint: deployment.urls.of('userinfo'),
      userinfo_signing_alg_values_supported: settings.algorithms,
    },
  }
}

/** §5.3.2: JSON, or signed where the client is registered for that. Then it says whose it is, and for whom. */
async function told(
  { keyring, settings: { issuer } }: Deployed,
  settings: OpenIdSettings,
  client: Client,
  claims: object,
): Promise<HttpResponse> {
  const algorithm = userInfoAlgorithmOf(client, settings)
  if (algorithm === undefined) return jsonResponse(200, claims)
  const payload = JSON.stringify({ ...claims, iss: issuer, aud: client.client_id })
  return {
    status: 200,
    headers: [
      ['content-type', 'application/jwt'],
      ['cache-control', 'no-store'],
    ],
    body: await signJws(await keyring.current(algorithm), 'JWT', payload),
  }
}

/** The grant behind the token, as it is now: the token of any API will do, as long as it has the scope `openid`. */
async function authorized(
  deployment: Deployed,
  token: string,
): Promise<{ readonly grant: Active; readonly scope: readonly string[]; readonly resource: string }> {
  const live = await findLiveAccessToken(deployment, token)
  // A token that no person has approved is about nobody.
  if (live?.grant?.status !== 'active') throw invalid('openid:token_invalid')
  const { scope, resource, confirmation } = live.token
  if (confirmation) throw invalid('openid:token_bound')
  if (!scope.includes('openid')) {
    throw refused(
      'insufficient_scope',
      'The access token does not have the scope openid.',
      'openid:scope',
      ', scope="openid"',
    )
  }
  return { grant: live.grant, scope, resource }
}

/**
 * RFC 6750 §2.1, §2.2: in the header, or in a form that is posted; never in the URL.
 *
 * @throws {OAuthError} when there is none, or more than one.
 */
async function presented(request: HttpRequest): Promise<string> {
  const lines = request.headerValues('authorization')
  const isForm =
    request.method === 'POST' &&
    /^application\/x-www-form-urlencoded\b/i.test(request.headerValues('content-type')[0] ?? '')
  const form = isForm ? refuseProblems(await readForm(request)) : undefined
  const inForm = form?.get('access_token')
  if (inForm === undefined && !lines.some((line) => /^bearer(?: |$)/i.test(line))) {
    // RFC 6750 §3.1: without a token, or with another scheme, no error code.
    throw new OAuthError('invalid_token', 'An access token is missing.', {
      headers: [['www-authenticate', 'Bearer scope="openid"']],
      reason: 'openid:token_missing',
    })
  }
  // RFC 6750 §2: in one way.
  if (inForm !== undefined && lines.length === 0) return inForm
  const [line = '', ...others] = lines
  const token = others.length === 0 && inForm === undefined ? bearerTokenIn(line) : undefined
  if (token !== undefined) return token
  throw refused('invalid_request', 'Send one access token, as Bearer in the Authorization header.', 'openid:header')
}

const invalid = (reason: RefusalReason): OAuthError =>
  refused('invalid_token', 'The access token is not valid here, or not any more.', reason)

const refused = (code: OAuthErrorCode, description: string, reason: RefusalReason, more = ''): OAuthError =>
  new OAuthError(code, description, {
    reason,
    headers: [['www-authenticate', `Bearer error="${code}", error_description="${description}"${more}`]],
  })
