/**
 * Issues the authorization code: the approval becomes a grant, and the browser carries the code to the client.
 *
 * @module
 */

import type { Deployment } from '../deployment/deployment.js'
import { endGrant, grantFacts } from '../deployment/end-grant.js'
import { Unavailable } from '../edge/errors.js'
import { approve } from '../grant/approve.js'
import { problemPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import type { Access } from '../protocol/resource.js'
import { formatCode, secretHash } from '../protocol/token-string.js'
import { encodeBase64url } from '../runtime/hash.js'
import type { Login } from '../users/contract.js'
import { sendCode, sendError } from './authorization-response.js'
import { isAgreed, rememberConsent } from './consents.js'
import { codeSecret, type Pending } from './pending-request.js'
import type { Visit } from './visit.js'

/**
 * A stored request gives its grant the request's id and a secret that is the same each time, so answering it twice gives the
 * same redirect; a request that nobody had to be asked about gets fresh ones.
 *
 * @param confirm asked when the grant is stored and before the code leaves: whether the consent that it rests on still stands. Else
 * the grant ends at once. Somebody who revokes removes the consent first and looks for grants then, so one of the two sees the other.
 */
export async function issueCode(
  deployment: Deployment,
  { asked, pending }: Pick<Visit, 'asked' | 'pending'>,
  login: Login,
  access: Access,
  confirm: (grantId: string) => Promise<boolean>,
): Promise<Answer> {
  const { settings } = deployment
  const id = pending?.value.id ?? encodeBase64url(deployment.randomBytes(16))
  const secret = pending ? codeSecret(pending) : deployment.randomBytes(32)
  const { authenticatedAt, acr, amr } = login
  const grant = approve(
    {
      terms: {
        id,
        issuer: settings.issuer,
        clientId: asked.client_id,
        subject: login.subject,
        access,
        login: { authenticatedAt, acr, amr },
      },
      code: {
        hash: secretHash('code', secret),
        redirectUri: asked.redirectUri,
        pkce: { challenge: asked.codeChallenge },
      },
      requestEndsAt: pending?.value.expiresAt ?? null,
      codeLifetime: settings.codeLifetime,
      grantLifetime: settings.grantLifetime,
    },
    deployment.now(),
  )
  const isNew = (await deployment.grants.insert(grant)) !== null
  if (!isNew) {
    if (!pending) throw new Unavailable('A fresh grant id was taken.')
    const earlier = (await deployment.grants.get(id))?.value
    const isSame =
      earlier?.status === 'code_issued' &&
      earlier.subject === login.subject &&
      earlier.code.hash === grant.code.hash &&
      deployment.now() < earlier.code.expiresAt
    if (!isSame) return problemPage('answered')
  }
  if (!(await confirm(id))) {
    await endGrant(deployment, id, 'user_request')
    const facts = { clientId: asked.client_id, reason: 'consent_withdrawn' }
    return sendError(deployment, asked, 'access_denied', 'The user has withdrawn the consent.', facts)
  }
  if (isNew) {
    const scope = access.flatMap((entry) => entry.scope)
    const resources = access.map(({ resource }) => resource)
    deployment.emit({ type: 'code_issued', ...grantFacts(grant), scope, resources })
  }
  return sendCode(deployment, asked, formatCode({ grantId: id, secret }))
}

/** What follows from a decision: the code, or the refusal. For the person who decided; nobody else learns what it was. */
export async function carryOut(deployment: Deployment, pending: Pending, login: Login): Promise<Answer> {
  const { decision, request } = pending.value
  if (decision?.subject !== login.subject) return problemPage('answered')
  if (decision.access.length > 0) {
    const parties = { clientId: request.client_id, subject: login.subject }
    return issueCode(deployment, { asked: request, pending }, login, decision.access, (grantId) =>
      rememberConsent(deployment, grantId, parties, decision),
    )
  }
  const facts = { clientId: request.client_id, reason: 'denied' }
  return sendError(deployment, request, 'access_denied', 'The user did not agree.', facts)
}

/**
 * The same for a request that was decided before. Null when the decision has led to nothing, and no consent stands: the server
 * stopped in between, or the user has revoked since. Then the person is asked again.
 */
export async function repeatDecision(deployment: Deployment, pending: Pending, login: Login): Promise<Answer | null> {
  const { decision, request, id } = pending.value
  const access = decision?.subject === login.subject ? decision.access : []
  if (access.length > 0 && !(await deployment.grants.get(id))) {
    if (!(await isAgreed(deployment, request.client_id, login, access))) return null
  }
  return carryOut(deployment, pending, login)
}
