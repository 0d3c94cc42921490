/**
 * What a person has agreed that a client may do, and what they left out, as it is remembered; against somebody who revokes at the
 * same moment.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import type { Decision } from '../deployment/records.js'
import { Unavailable } from '../edge/errors.js'
import { type Consent, includes, joinAccess, withoutAccess } from '../grant/consent.js'
import type { Deployed } from '../points/tables.js'
import type { Access } from '../protocol/resource.js'
import type { TermValues } from '../protocol/terms.js'
import { coversTerms, isSameJson, someTerms } from '../protocol/terms.js'
import { isLongerThan } from '../runtime/hash.js'

interface Parties {
  readonly clientId: string
  readonly subject: string
}

/**
 * Writes the consent that a grant rests on, once the grant is stored. Whoever revokes ends the grants after the consents: what was
 * written in between must not outlive its grant.
 *
 * @returns false when the grant was ended meanwhile; then the consent is forgotten.
 */
export async function rememberConsent(
  deployment: Deployed,
  grantId: string,
  parties: Parties,
  decision: Omit<Decision, 'subject'>,
): Promise<boolean> {
  await remember(deployment, parties, decision)
  if ((await deployment.grants.get(grantId))?.value.status !== 'revoked') return true
  await deployment.consents.remove(consentId(deployment, parties.clientId, parties.subject))
  return false
}

/** Joins what was agreed to and refused now to what was before. The later answer wins. */
async function remember(
  deployment: Deployed,
  { clientId, subject }: Parties,
  { access: agreed, refused, terms }: Omit<Decision, 'subject'>,
): Promise<void> {
  const id = consentId(deployment, clientId, subject)
  const kept = lasting(deployment, terms)
  for (let lost = 0; lost < 4; lost++) {
    const now = deployment.now()
    const stored = await deployment.consents.get(id)
    const earlier = stored && now < stored.value.expiresAt ? stored.value : null
    // What was agreed to with other values says nothing about these.
    const before = earlier && isSameJson(earlier.terms, kept) ? earlier : null
    // Whoever was faster has written the same: a double click.
    if (lost > 0 && before && includes(before.access, agreed) && includes(before.refused ?? [], refused)) return
    const joined = (before: Consent | null): Consent => ({
      id,
      issuer: deployment.settings.issuer,
      subject,
      clientId,
      access: withoutAccess(joinAccess(before?.access ?? [], agreed), refused),
      refused: withoutAccess(joinAccess(before?.refused ?? [], refused), agreed),
      ...(kept && { terms: kept }),
      givenAt: now,
      // What was not agreed to again keeps its end.
      expiresAt:
        before && !includes(agreed, before.access) ? before.expiresAt : now + deployment.settings.consentLifetime,
    })
    const whole = joined(before)
    // What has no room beside the new answer is asked again.
    const value = isLongerThan(JSON.stringify(whole), MAX_CONSENT_BYTES) ? joined(null) : whole
    if (await (stored ? deployment.consents.replace(value, stored.version) : deployment.consents.insert(value))) return
  }
  throw new Unavailable('A consent is written by too many at once.')
}

/** Of the 32,768 that a stored record has room for, with what is around it. */
const MAX_CONSENT_BYTES = 32_000

/** One consent per client and user. */
export const consentId = ({ recordId }: Deployment, clientId: string, subject: string): string =>
  recordId('consent', JSON.stringify([clientId, subject]))

/** What is agreed to for more than one request. */
function lasting({ tables }: Deployed, terms: TermValues | undefined): TermValues | undefined {
  if (!terms) return undefined
  return someTerms(Object.fromEntries(Object.entries(terms).filter(([name]) => !tables.terms.get(name)?.incidental)))
}

/** What somebody agrees to, or is asked to. */
interface Agreed {
  readonly access: Access
  readonly terms?: TermValues | undefined
}

/** Whether the user's consent covers this now, be it a moment beyond its time. */
export async function isAgreed(
  deployment: Deployed,
  clientId: string,
  subject: string,
  asked: Agreed,
): Promise<boolean> {
  const consent = await deployment.consents.get(consentId(deployment, clientId, subject))
  return consent !== null && isCovered(deployment, consent.value, asked)
}

/** Whether a consent answers a request: the access, and every term. */
export const isCovered = (deployment: Deployed, consent: Agreed, { access, terms }: Agreed): boolean =>
  includes(consent.access, access) &&
  coversTerms(consent.terms ?? {}, lasting(deployment, terms) ?? {}, (name, agreed, asked) => {
    const term = deployment.tables.terms.get(name)
    // Nothing but a yes is one; a promise is none.
    return term?.covers ? term.covers(agreed, asked) === true : isSameJson(agreed, asked)
  })
