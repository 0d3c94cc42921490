/**
 * Whether what was agreed before answers a request: by the operator for a client of their own, or by the person.
 *
 * @module
 */
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import { withoutAccess } from '../grant/consent.js'
import type { Deployed } from '../points/tables.js'
import { isPublicClient } from '../protocol/client-settings.js'
import { redirectHost } from '../protocol/redirect-uri.js'
import type { Access } from '../protocol/resource.js'
import type { TermValues } from '../protocol/terms.js'
import type { Agreement } from '../protocol/visit.js'
import { consentId, isCovered } from './consents.js'
import { isOfTerm, withoutParts } from './parts.js'
import type { Visit } from './visit.js'

/**
 * Costs one read.
 *
 * @param askedTerms what is asked for besides.
 */
export async function findAgreement(
  deployment: Deployed,
  { asked, client }: Visit,
  subject: string,
  askedTerms: TermValues | undefined,
): Promise<Agreement> {
  const stored = await deployment.consents.get(consentId(deployment, client.client_id, subject))
  const consent = stored && deployment.now() < stored.value.expiresAt ? stored.value : null
  const refused = stillOptional(deployment, consent?.refused ?? [])
  const access = withoutAccess(asked.access, refused)
  const terms = withoutParts(deployment, askedTerms, refused)
  // A request for nothing but what was refused would fail without a word: then rather ask.
  if (access.length === 0) return { covers: false, unticked: [] }
  const impersonable = isImpersonable(asked.redirectUri, client)
  if (client.first_party && !impersonable) return { covers: true, access, terms, basis: 'first_party' }
  return counts(client, asked.redirectUri) && consent && isCovered(deployment, consent, { access, terms })
    ? { covers: true, access, terms, basis: 'remembered' }
    : { covers: false, unticked: refused }
}

/**
 * Whether others on the device, or on the network, could receive the answer, too. Of a client that describes itself in a document everybody has
 * the same id, so that holds whatever it proves itself with.
 */
export const isImpersonable = (redirectUri: string, client: Client): boolean =>
  (isPublicClient(client) || client.documentHost !== undefined) && !redirectUri.startsWith('https:')

/**
 * A document proves who has its own host, and nothing about others: whoever could change it for a moment would have answers sent anywhere, and people
 * who agreed before would not be asked.
 */
const isAtDocument = (redirectUri: string, { documentHost }: Client): boolean =>
  documentHost === undefined || redirectHost(redirectUri) === documentHost

/** OAuth 2.1 §7.3.1, RFC 8252 §8.6: anybody on the device can pass for some clients, so there a remembered yes says nothing. */
const counts = (client: Client, redirectUri: string): boolean =>
  client.remember_consent ?? (!isImpersonable(redirectUri, client) && isAtDocument(redirectUri, client))

/** Whether a consent that was given before ever spares the question. */
export const isRemembered = (client: Client): boolean => client.redirect_uris.some((uri) => counts(client, uri))

/** Whether the person may leave the scope out. */
export const isOptional = ({ settings }: Deployment, resource: string, scope: string): boolean =>
  settings.resources.get(resource)?.optionalScopes.has(scope) ?? false

/** A refusal counts only as long as the app leaves the choice. */
const stillOptional = (deployment: Deployment, refused: Access): Access =>
  refused.map((entry) => {
    const { resource, scope } = entry
    return isOfTerm(entry) ? entry : { resource, scope: scope.filter((name) => isOptional(deployment, resource, name)) }
  })
