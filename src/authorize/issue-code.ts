/**
 * Issues the authorization code: the approval becomes a grant, and the browser carries the code to the client.
 *
 * @module
 */

import { endGrant, grantFacts } from '../deployment/end-grant.js'
import { keptUntil } from '../deployment/records.js'
import { Unavailable } from '../edge/errors.js'
import type { HttpRequest } from '../edge/message.js'
import { withHeaders } from '../edge/responses.js'
import { approve } from '../grant/approve.js'
import type { Grant } from '../grant/state.js'
import { answeredPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import type { Access } from '../protocol/resource.js'
import { formatCode, secretHash } from '../protocol/token-string.js'
import type { Verdict } from '../protocol/visit.js'
import { encodeBase64url } from '../runtime/hash.js'
import type { Login } from '../users/contract.js'
import { sendCode, sendError } from './authorization-response.js'
import { isAgreed, rememberConsent } from './consents.js'
import { deviceOf } from './device.js'
import { keepForGrant } from './keep-client.js'
import { codeSecret, type Pending } from './pending-request.js'
import { approvedTerms } from './terms.js'
import type { Visit } from './visit.js'

/**
 * A stored request gives its grant the request's id and a secret that is the same each time, so answering it twice gives the
 * same redirect; a request that nobody had to be asked about gets fresh ones.
 *
 * When the grant is stored and before the code leaves, the consent that it rests on is looked at once more. If that is gone, the grant ends at
 * once. Somebody who revokes removes the consent first and looks for grants then, so one of the two sees the other.
 *
 * @param because what the verdict says: which access, on what basis.
 */
export async function issueCode(
  deployment: Deployed,
  request: HttpRequest,
  { asked, pending, client, browser }: Visit,
  login: Login,
  because: Extract<Verdict, { next: 'issue' }>,
): Promise<Answer> {
  const { settings } = deployment
  const { access } = because
  const terms = await approvedTerms(deployment, because.terms, { browser, login, client, deployment })
  const id = pending?.value.id ?? encodeBase64url(deployment.randomBytes(16))
  const secret = pending ? codeSecret(pending) : deployment.randomBytes(32)
  const { authenticatedAt, acr, amr } = login
  const unticked = namesWithout(asked.access, access)
  const device = deviceOf(request.headerValues('user-agent'))
  const grant = approve(
    {
      approved: {
        id,
        issuer: settings.issuer,
        clientId: asked.client_id,
        subject: login.subject,
        access,
        login: { authenticatedAt, acr, amr },
        ...(unticked.length > 0 && { unticked }),
        ...(asked.offlineAccess && { offlineAccess: true }),
        ...(terms && { terms }),
        ...(device && { device }),
      },
      code: {
        hash: secretHash('code', secret),
        redirectUri: asked.redirectUri,
        pkce: asked.pkce,
      },
      requestEndsAt: pending && keptUntil(pending.value),
      codeLifetime: settings.codeLifetime,
      grantLifetime: settings.grantLifetime,
    },
    deployment.now(),
  )
  await keepForGrant(deployment, client, grant.endsAt)
  const isNew = (await deployment.grants.insert(grant)) !== null
  if (!isNew) {
    if (!pending) throw new Unavailable('A fresh grant id was taken.')
    const earlier = (await deployment.grants.get(id))?.value
    const isSame =
      earlier?.status === 'code_issued' &&
      earlier.subject === login.subject &&
      earlier.code.hash === grant.code.hash &&
      deployment.now() < earlier.code.expiresAt
    if (!isSame) return answeredPage(client)
  }
  if (because.basis !== 'first_party' && !(await stands(deployment, grant, pending, because))) {
    await endGrant(deployment, id, 'user_request')
    const facts = { clientId: asked.client_id, reason: 'consent_withdrawn' } as const
    return sendError(deployment, asked, 'access_denied', 'The user has withdrawn the consent.', facts)
  }
  if (isNew) {
    const scope = access.flatMap((entry) => entry.scope)
    const resources = access.map(({ resource }) => resource)
    deployment.emit({ type: 'code_issued', ...grantFacts(grant), scope, resources })
  }
  const sent = await sendCode(deployment, asked, formatCode({ grantId: id, secret }))
  // A browser that is new is known by what was just approved. Where a request waited, it has its cookie.
  return terms === because.terms || pending ? sent : withHeaders(sent, browser.setCookie)
}

/** What was asked for and is nowhere granted. */
function namesWithout(asked: Access, granted: Access): string[] {
  const all = granted.flatMap(({ scope }) => scope)
  return [...new Set(asked.flatMap(({ scope }) => scope))].filter((name) => !all.includes(name))
}

/** Of what a person has agreed to, now or before. */
function stands(
  deployment: Deployed,
  { id, clientId, subject }: Grant,
  pending: Pending | null,
  { access, terms, basis }: Extract<Verdict, { next: 'issue' }>,
): Promise<boolean> {
  if (basis === 'remembered') return isAgreed(deployment, clientId, subject, { access, terms })
  const refused = pending?.value.decision?.refused ?? []
  return rememberConsent(deployment, id, { clientId, subject }, { access, refused, terms })
}
