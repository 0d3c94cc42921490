/**
 * A valid authorization request on its way.
 *
 * @module
 */

import { checkRestrictions } from '../access-token/terms.js'
import type { Client } from '../clients/client.js'
import type { Asker } from '../clients/sources.js'
import type { Browser } from '../deployment/here.js'
import type { Decision, PendingRequest } from '../deployment/records.js'
import type { Deployed } from '../points/tables.js'
import type { AuthorizationRequest } from '../protocol/authorization-request.js'
import { isPublicClient, mayOmitPkce } from '../protocol/client-settings.js'
import type { Pkce } from '../protocol/pkce.js'
import { isStillListed, matchRedirectUri } from '../protocol/redirect-uri.js'
import { someTerms, type TermValues } from '../protocol/terms.js'
import type { Login } from '../users/contract.js'
import { responseModeOf } from './authorization-response.js'
import type { Pending } from './pending-request.js'
import type { TermChoice } from './terms.js'

/** `pending` is null until there is a reason to store it. */
export interface Visit {
  readonly client: Client
  readonly asked: AuthorizationRequest
  readonly pending: Pending | null
  readonly browser: Browser
}

/** A visit, with what was found out on the way. */
export interface Progress extends Visit {
  pending: Pending | null
  /** Who is at the browser; undefined while nobody has asked. */
  login: Login | null | undefined
  /** What this person has to choose; undefined while nobody has asked. */
  choice: TermChoice | undefined
  /** What a form of ours has just said. */
  decision: Decision | undefined
}

/**
 * Goes on with a pending request; null when its client or its redirect URI is not registered any more, or the client may not do without PKCE any
 * more as this request does.
 *
 * @throws {Unavailable} when it needs a feature that is not given.
 */
export async function visitOf(
  deployment: Deployed,
  pending: Pending,
  from: Asker,
): Promise<(Visit & { readonly pending: Pending }) | null> {
  const { request } = pending.value
  responseModeOf(deployment, request)
  checkRestrictions(deployment, request.terms)
  checkRestrictions(deployment, pending.value.decision?.terms)
  const terms = request.terms && knownTerms(deployment, request.terms)
  const asked: AuthorizationRequest = { ...request, pkce: pkceOf(pending.value), terms }
  const client = await deployment.clients.find(asked.client_id, from)
  if (!client || !matchRedirectUri(client.redirect_uris, asked.redirectUri, isPublicClient(client))) return null
  if (!isStillListed(asked.redirectUri, deployment.settings.privateUseRedirectUris)) return null
  if ('exempt' in asked.pkce && !mayOmitPkce(client)) return null
  return { client, asked, pending, browser: pending.browser }
}

/** @throws {Error} when it was lost: nothing is issued that is bound to nothing (RFC 9700 §2.1.1). */
function pkceOf({ id, request: { pkce, codeChallenge } }: PendingRequest): Pkce {
  if (pkce) return pkce
  if (codeChallenge !== undefined) return { challenge: codeChallenge }
  throw new Error(`The pending request ${id} says nothing about PKCE.`)
}

/** What was asked for and is no term here can be neither shown nor offered: so it is not approved either. */
const knownTerms = ({ tables }: Deployed, terms: TermValues): TermValues | undefined =>
  someTerms(Object.fromEntries(Object.entries(terms).filter(([name]) => tables.terms.has(name))))
