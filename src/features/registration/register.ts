/**
 * POST: a client registers itself. The request is counted before anything is done for it; then everything is looked at before anything is spent, and
 * everything is spent before the client is written.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 §3}
 * @module
 */
import type { Client } from '../../clients/client.js'
import { OAuthError } from '../../edge/errors.js'
import { readJsonObject } from '../../edge/json-body.js'
import type { HttpRequest, HttpResponse } from '../../edge/message.js'
import { jsonResponse } from '../../edge/responses.js'
import type { Deployed } from '../../points/tables.js'
import { isPublicClient } from '../../protocol/client-settings.js'
import { encodeBase64url } from '../../runtime/hash.js'
import { clientInformation, metadataOf } from './answer.js'
import { type Described, type Describing, droppedHint } from './describe.js'
import { countRegistration, countRequest } from './limits.js'
import { bearerToken, invalidToken, managementTokenHash } from './management-token.js'
import type { RegistrationOptions } from './options.js'
import type { SharedClients } from './shared-clients.js'
import { initialAccessTokens } from './tokens.js'

/** Most bytes of a registration. */
export const MAX_REGISTRATION_BYTES = 16_384

/** A client that nobody approves is there for so long. */
const UNAPPROVED_LIFETIME = 86_400_000

export function registering(
  deployment: Deployed,
  options: RegistrationOptions,
  describe: Describing,
  shared: SharedClients,
): (request: HttpRequest) => Promise<HttpResponse> {
  const tokens = initialAccessTokens(deployment)
  const isOpen = options.open || options.policy !== undefined
  return async (request) => {
    await countRequest(deployment, request.address)
    const isTrial = /[?&]dry_run=(?:1|true)(?:&|$)/.test(request.url)
    const presented = bearerToken(request)
    const token = presented === undefined ? null : await tokens.find(presented)
    if (presented !== undefined && !token) throw invalidToken('registration:token_invalid')
    if (!token && !isOpen) throw tokenNeeded()
    const said = await readJsonObject(request, MAX_REGISTRATION_BYTES)
    const described = await describe.read(said, {
      before: null,
      token: token && { note: token.note },
      address: request.address,
      isTrial,
    })
    const { settings, dropped } = described
    if (isTrial) return jsonResponse(200, metadataOf(settings, dropped))
    // Who brings a token, gets a secret, or wants to manage it, has a client of its own.
    const isShared = !token && isPublicClient(settings) && said.registration_management !== true
    const known = isShared ? await shared.find(settings) : null
    if (known && (await deployment.clients.keepUntil(known, deployment.now() + UNAPPROVED_LIFETIME))) {
      return answer(deployment, known, described, { isReused: true, managementToken: null })
    }
    if (!token) {
      const { redirect_uris } = settings
      await countRegistration(deployment, request.address, redirect_uris, described.isListed)
    }
    if (presented !== undefined && !(await tokens.spend(presented))) {
      throw invalidToken('registration:token_invalid')
    }
    return written(deployment, described, isShared ? shared : null)
  }
}

async function written(
  deployment: Deployed,
  described: Described,
  shared: SharedClients | null,
): Promise<HttpResponse> {
  const { settings } = described
  const { clients, now, randomBytes } = deployment
  const managementToken = shared ? null : `gwrm_${encodeBase64url(randomBytes(32))}`
  const until = now() + UNAPPROVED_LIFETIME
  const { client, clientSecret } = await clients.register(settings, {
    expiresAt: until,
    registration: { tokenHash: managementToken === null ? null : managementTokenHash(managementToken) },
  })
  if (shared && !(await shared.remember(client, settings, until))) {
    // Another with the same words was faster. Ours goes with the next purge, unless that one is gone already.
    const winner = await shared.find(settings)
    if (winner) return answer(deployment, winner, described, { isReused: true, managementToken: null })
  }
  return answer(deployment, client, described, { isReused: false, clientSecret, managementToken })
}

function answer(
  deployment: Deployed,
  client: Client,
  { dropped }: Described,
  {
    isReused,
    ...credentials
  }: { isReused: boolean; clientSecret?: string | undefined; managementToken: string | null },
): HttpResponse {
  deployment.emit({
    type: 'client_registered',
    clientId: client.client_id,
    redirectUris: client.redirect_uris,
    isReused,
    hint: droppedHint(dropped),
  })
  return jsonResponse(201, clientInformation(deployment, client, credentials, dropped))
}

const tokenNeeded = (): OAuthError =>
  new OAuthError('invalid_token', 'To register a client takes an initial access token.', {
    headers: [['www-authenticate', 'Bearer realm="registration"']],
    reason: 'registration:token_missing',
    hint: 'registrationTokens(auth).issue() makes one; `registration({ open: true })` lets everybody register.',
  })
