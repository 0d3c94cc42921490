/**
 * The first stage of an authorization request: whose it is, and where an answer may go. What is refused here is shown on a page, because nobody is
 * known to whom it could be sent. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2 RFC 9700 §4.11.2}
 * @module
 */
import { type ClientSettings, isPublicClient } from './client-settings.js'
import { listed, nearestHint, unknownClient } from './hint.js'
import type { Parameters } from './parameters.js'
import { isStillListed, matchRedirectUri } from './redirect-uri.js'
import type { RequestRefusal } from './refusal-reason.js'

/** What is known of a client that asks for authorization. */
export interface AuthorizingClient extends ClientSettings {
  readonly client_id: string
}

/** A problem that is shown to the person at the browser, because nobody is known to whom it could be sent. */
export interface PageProblem {
  readonly problem: RequestRefusal
  /** For developers; free of input. */
  readonly description: string
  /** For the operator, in the event: what was received and what would have been right. */
  readonly hint?: string | undefined
}

/** The outcome of the first stage. Nothing but {@link identifyClient} can make one. */
export interface IdentifiedRequest<C extends AuthorizingClient = AuthorizingClient> {
  readonly [identified]: true
  readonly client: C
  /** A URI to which an answer, also an error, may be sent. */
  readonly redirectUri: string
}

/**
 * The client, and a redirect URI that is its own.
 *
 * A query that could not be read completely is refused here too: what was lost may have been a second `redirect_uri`.
 *
 * @param client The registered client that `client_id` names, or null.
 * @param allowed The option `privateUseRedirectUris`: what it lists no longer is registered no longer.
 */
export function identifyClient<C extends AuthorizingClient>(
  parameters: Parameters,
  client: C | null,
  allowed: ReadonlySet<string> = new Set(),
): IdentifiedRequest<C> | PageProblem {
  const { problems } = parameters
  if (problems.has('')) return page('request_unreadable', 'The parameters of the request could not be read.')
  if (problems.get('client_id') === 'repeated') return page('client_id_repeated', 'client_id was sent more than once.')
  const client_id = parameters.get('client_id')
  if (client_id === undefined && !problems.has('client_id')) return page('client_id_missing', 'client_id is missing.')
  // A client other than the one that is named is a caller's mistake, and must not become somebody's redirect.
  if (client === null || client.client_id !== client_id) {
    return page('client_unknown', 'There is no such client.', unknownClient(client_id))
  }
  if (problems.get('redirect_uri') === 'repeated') {
    return page('redirect_uri_repeated', 'redirect_uri was sent more than once.')
  }
  const sent = parameters.get('redirect_uri')
  if (sent === undefined && !problems.has('redirect_uri')) {
    // RFC 6749 §3.1.2.3: with one registered URI the parameter may be left out.
    const [only, ...others] = client.redirect_uris
    if (only === undefined || others.length > 0) {
      return page('redirect_uri_missing', 'redirect_uri is missing.', registered(client))
    }
    return toRedirect(client, only, allowed)
  }
  if (sent === undefined || !matchRedirectUri(client.redirect_uris, sent, isPublicClient(client))) {
    const hint = sent === undefined ? registered(client) : nearestHint(sent, client.redirect_uris)
    return page('redirect_uri_not_registered', 'redirect_uri is not one that is registered for the client.', hint)
  }
  return toRedirect(client, sent, allowed)
}

const registered = ({ redirect_uris }: AuthorizingClient): string => `Registered: ${listed(redirect_uris)}.`

const toRedirect = <C extends AuthorizingClient>(
  client: C,
  redirectUri: string,
  allowed: ReadonlySet<string>,
): IdentifiedRequest<C> | PageProblem =>
  isStillListed(redirectUri, allowed)
    ? { [identified]: true, client, redirectUri }
    : page(
        'redirect_uri_not_listed',
        'redirect_uri has a scheme without a dot, and this server allows it no longer.',
        'The option privateUseRedirectUris lacks it; list it there, or take it from the client.',
      )

const page = (problem: RequestRefusal, description: string, hint?: string): PageProblem => ({
  problem,
  description,
  hint,
})

/** Exists so that an {@link IdentifiedRequest} cannot be written by hand. */
const identified: unique symbol = Symbol('identified')
