/**
 * What a person has agreed that a client may do, and what they left out, as it is remembered; against somebody who revokes at the
 * same moment.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { Unavailable } from '../edge/errors.js'
import { type Consent, includes, joinAccess, withoutAccess } from '../grant/consent.js'
import type { Access } from '../protocol/resource.js'

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
  deployment: Deployment,
  grantId: string,
  parties: Parties,
  { access, refused }: { readonly access: Access; readonly refused: Access },
): Promise<boolean> {
  await remember(deployment, parties, access, refused)
  if ((await deployment.grants.get(grantId))?.value.status !== 'revoked') return true
  await deployment.consents.remove(consentId(deployment, parties.clientId, parties.subject))
  return false
}

/** Joins what was agreed to and refused now to what was before. The later answer wins. */
async function remember(
  deployment: Deployment,
  { clientId, subject }: Parties,
  agreed: Access,
  refused: Access,
): Promise<void> {
  const id = consentId(deployment, clientId, subject)
  for (let lost = 0; lost < 4; lost++) {
    const now = deployment.now()
    const stored = await deployment.consents.get(id)
    const before = stored && now < stored.value.expiresAt ? stored.value : null
    // Whoever was faster has written the same: a double click.
    if (lost > 0 && before && includes(before.access, agreed) && includes(before.refused ?? [], refused)) return
    const value: Consent = {
      id,
      issuer: deployment.settings.issuer,
      subject,
      clientId,
      access: withoutAccess(joinAccess(before?.access ?? [], agreed), refused),
      refused: withoutAccess(joinAccess(before?.refused ?? [], refused), agreed),
      givenAt: now,
      // What was not agreed to again keeps its end.
      expiresAt:
        before && !includes(agreed, before.access) ? before.expiresAt : now + deployment.settings.consentLifetime,
    }
    if (await (stored ? deployment.consents.replace(value, stored.version) : deployment.consents.insert(value))) return
  }
  throw new Unavailable('A consent is written by too many at once.')
}

/** One consent per client and user. */
export const consentId = ({ recordId }: Deployment, clientId: string, subject: string): string =>
  recordId('consent', JSON.stringify([clientId, subject]))

/** Whether the user's consent covers `access` now, be it a moment beyond its time. */
export async function isAgreed(
  deployment: Deployment,
  clientId: string,
  subject: string,
  access: Access,
): Promise<boolean> {
  const consent = await deployment.consents.get(consentId(deployment, clientId, subject))
  return consent !== null && includes(consent.value.access, access)
}
