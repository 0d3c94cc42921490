/**
 * GET, PUT, DELETE: a client reads, changes and removes its own registration.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7592#section-2 RFC 7592 §2}
 * @module
 */
import { type Client, clientSecretHash, lasting, newClientSecret, viewOf } from '../../clients/client.js'
import { OAuthError } from '../../edge/errors.js'
import { readJsonObject } from '../../edge/json-body.js'
import type { HttpRequest, HttpResponse } from '../../edge/message.js'
import { queryOf } from '../../edge/query.js'
import { emptyResponse, jsonResponse } from '../../edge/responses.js'
import type { Deployed } from '../../points/tables.js'
import { type ClientSettings, isPublicClient } from '../../protocol/client-settings.js'
import { usesSecret } from '../../protocol/client-vocabulary.js'
import { narrow } from '../../protocol/scope.js'
import { clientInformation } from './answer.js'
import { type Describing, droppedHint } from './describe.js'
import { countRequest } from './limits.js'
import { bearerToken, invalidToken, managementTokenHash } from './management-token.js'
import type { GivenFields } from './options.js'
import { MAX_REGISTRATION_BYTES } from './register.js'
import type { Said } from './rules/self-described.js'

type Handler = (request: HttpRequest) => Promise<HttpResponse>

export function managing(deployment: Deployed, describe: Describing): { readonly [method: string]: Handler } {
  const { fields: known } = deployment.tables.clients
  /** What features know of the client: of that, too, an operator's stays. */
  const fieldsOf = (
    { fields: before = {} }: Client,
    { fields = {} }: ClientSettings,
  ): Pick<ClientSettings, 'fields'> => {
    const kept = Object.entries(before).filter(([name]) => !known.get(name)?.selfService)
    return { fields: { ...Object.fromEntries(kept), ...fields } }
  }

  /** @throws {OAuthError} `invalid_token`. RFC 7592 §2: the same for a client that is not there. */
  async function authorized(request: HttpRequest): Promise<{ client: Client; token: string }> {
    const token = bearerToken(request)
    if (token === undefined) throw invalidToken('registration:token_missing')
    const id = queryOf(request).get('client_id')
    // As it is stored now: what was remembered may have been changed, or removed.
    const client = id === undefined ? null : await deployment.clients.change(id, (client) => client)
    if (client?.registration?.tokenHash !== managementTokenHash(token)) throw invalidToken('registration:token_invalid')
    return { client, token }
  }

  return {
    async GET(request) {
      const { client, token } = await authorized(request)
      return jsonResponse(200, clientInformation(deployment, client, { managementToken: token }))
    },

    async PUT(request) {
      await countRequest(deployment, request.address)
      const { client, token } = await authorized(request)
      const { client_id } = client
      const said = await readJsonObject(request, MAX_REGISTRATION_BYTES)
      checkOwn(said, client)
      const about = { before: viewOf(client), token: null, address: request.address, isTrial: false }
      const { settings, given, dropped } = await describe.read(said, about)
      const hasSecret = usesSecret(deployment.tables.clients, settings)
      const secret = newClientSecret(deployment.randomBytes)
      const fresh = [lasting(secret)]
      let isNew = false
      const changed = await deployment.clients.change(client_id, (now) => {
        isNew = hasSecret && now.secrets.length === 0
        const secrets = hasSecret ? (isNew ? fresh : now.secrets) : []
        return { ...now, ...settings, ...operatorsFields(now, settings, given), ...fieldsOf(now, settings), secrets }
      })
      if (!changed) throw invalidToken('registration:token_invalid')
      const hint = droppedHint(dropped)
      deployment.emit({ type: 'client_changed', clientId: client_id, redirectUris: changed.redirect_uris, hint })
      const clientSecret = isNew ? secret : undefined
      return jsonResponse(
        200,
        clientInformation(deployment, changed, { managementToken: token, clientSecret }, dropped),
      )
    },

    async DELETE(request) {
      const { client } = await authorized(request)
      await deployment.clients.remove(client.client_id)
      deployment.emit({ type: 'client_removed', clientId: client.client_id })
      return emptyResponse(204, [['cache-control', 'no-store']])
    },
  }
}

/** RFC 7592 §2.2: the id must be there, the secret only if it is the client's, and the other members not at all. */
function checkOwn(said: Said, { client_id, secrets }: Client): void {
  if (said.client_id !== client_id) throw wrong('client_id', 'must be there, and the one of this client')
  const { client_secret: secret } = said
  if (
    secret !== undefined &&
    !(typeof secret === 'string' && secrets.some(({ hash }) => hash === clientSecretHash(secret)))
  ) {
    throw wrong('client_secret', 'must be the one of this client, or be left out')
  }
  const answers = [
    'registration_access_token',
    'registration_client_uri',
    'client_secret_expires_at',
    'client_id_issued_at',
  ]
  const member = answers.find((name) => said[name] !== undefined)
  if (member !== undefined) throw wrong(member, 'must be left out')
}

/**
 * RFC 7592 §2.2: what is left out goes back to its default. Not what the operator has given, such as the limit of its scope. But what spares a question was
 * given to the client as it was: one that wants its answers elsewhere, or proves itself no more, loses it unless the policy gives it again; and nobody's
 * earlier consent counts for the new place.
 */
function operatorsFields(now: Client, settings: ClientSettings, given: GivenFields): Partial<ClientSettings> {
  const { scope, resources, serves, rotate_refresh_tokens } = now
  const { default_scope } = settings
  const isElsewhere = settings.redirect_uris.some((uri) => !now.redirect_uris.includes(uri))
  const isWeaker = isPublicClient(settings) && !isPublicClient(now)
  const { allow_missing_pkce, first_party, remember_consent } =
    isElsewhere || isWeaker ? { allow_missing_pkce: false, first_party: false, remember_consent: false } : now
  const all: Partial<ClientSettings> = {
    ...{ scope, resources, serves, rotate_refresh_tokens, allow_missing_pkce, first_party, remember_consent },
    default_scope: scope && default_scope ? narrow(default_scope, scope) : default_scope,
  }
  const kept = Object.entries(all).filter(([name]) => !Object.hasOwn(given, name))
  // Whoever is not asked at all need not be asked each time.
  return { ...Object.fromEntries(kept), ...(given.first_party && { remember_consent: given.remember_consent }) }
}

const wrong = (member: string, problem: string): OAuthError =>
  new OAuthError('invalid_client_metadata', `${member} ${problem}.`, { reason: `registration:${member}` })
