/**
 * What a client's logout request comes to.
 *
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout OpenID Connect RP-Initiated Logout §2}
 * @module
 */
import type { Client } from '../../../clients/client.js'
import type { Asker } from '../../../clients/sources.js'
import type { Deployment } from '../../../deployment/deployment.js'
import type { RefusalReason } from '../../../edge/errors.js'
import { nearestHint, unknownClient } from '../../../protocol/hint.js'
import { type Parameters, problemText } from '../../../protocol/parameters.js'
import { appendToRedirect } from '../../../protocol/redirect-uri.js'
import { parseLocales } from '../../../protocol/visitor-hints.js'
import { type Hint, readHint, readOldHint } from '../id-token-hint.js'
import { postLogoutUrisOf } from './fields.js'

export interface LogoutRequest {
  readonly client: Client | null
  /** Genuine: an ID token of this client. */
  readonly hint: Hint | null
  /** Where the browser goes afterwards, with `state`; undefined for nowhere. */
  readonly destination: string | undefined
  /** What a form has to carry so that it says the same. */
  readonly fields: { readonly [name: string]: string }
  readonly uiLocales: readonly string[]
}

export interface LogoutRefused {
  readonly problem: RefusalReason
  readonly description: string
  readonly hint?: string | undefined
  readonly client: Client | null
}

/** What is read. `logout_hint` may be ignored. */
export const logoutParameters = [
  'id_token_hint',
  'client_id',
  'post_logout_redirect_uri',
  'state',
  'ui_locales',
] as const

export async function readLogoutRequest(
  deployment: Deployment,
  parameters: Parameters,
  from: Asker,
): Promise<LogoutRequest | LogoutRefused> {
  for (const name of ['', ...logoutParameters]) {
    const problem = parameters.problems.get(name)
    if (problem) return { problem: `parameter_${problem}`, description: problemText(name, problem), client: null }
  }
  const [text, named, uri, state, locales] = logoutParameters.map((name) => parameters.get(name))
  const hint = text === undefined ? null : await readHint(text, deployment)
  // §2: expired ones are good, also long after their key is not published any more. Then they prove nothing, and say no more than client_id does.
  const old = text === undefined || hint ? null : await readOldHint(text, deployment)
  const clientId = named ?? (hint ?? old)?.clientId
  const client = clientId === undefined ? null : await deployment.clients.find(clientId, from)
  const refused = (problem: RefusalReason, description: string, more?: string): LogoutRefused => ({
    ...{ problem, description, client },
    hint: more,
  })
  if (text !== undefined && !hint && !old) {
    return refused('openid:id_token_hint', 'id_token_hint is no ID token that this server has issued.')
  }
  // §2: "the OP MUST verify that the Client Identifier matches the one used when issuing the ID Token".
  if (named !== undefined && (hint ?? old ?? { clientId: named }).clientId !== named) {
    return refused('openid:id_token_hint', 'client_id and id_token_hint are of different clients.')
  }
  if (clientId !== undefined && !client) {
    return refused('client_unknown', 'There is no client with this client_id.', unknownClient(clientId))
  }
  // §3: it must be known whose it is, and stand among its own, as it is.
  if (uri !== undefined && !client) {
    return refused(
      'openid:post_logout_redirect_uri',
      'post_logout_redirect_uri needs id_token_hint or client_id beside it.',
    )
  }
  const registered = client ? postLogoutUrisOf(client) : []
  if (uri !== undefined && !registered.includes(uri)) {
    return refused(
      'openid:post_logout_redirect_uri',
      'post_logout_redirect_uri is not registered for this client.',
      nearestHint(uri, registered),
    )
  }
  return {
    client,
    hint,
    destination: uri && appendToRedirect(uri, state === undefined ? [] : [['state', state]]),
    fields: {
      ...(client && { client_id: client.client_id }),
      ...(uri !== undefined && { post_logout_redirect_uri: uri, ...(state !== undefined && { state }) }),
      ...(locales !== undefined && { ui_locales: locales }),
    },
    uiLocales: parseLocales(locales),
  }
}
