/**
 * Issues the authorization code: the approval becomes a grant, and the browser carries the code to the client.
 *
 * @module
 */
import type { Deployment } from '../deployment.js'
import { Unavailable } from '../errors.js'
import { approve } from '../grant/approve.js'
import type { HttpResponse } from '../message.js'
import { formatCode, secretHash } from '../protocol/token-string.js'
import { encodeBase64url } from '../runtime/hash.js'
import type { Login } from '../users/contract.js'
import { sendCode, sendError } from './authorization-response.js'
import { grantFacts } from './issue-tokens.js'
import { codeSecret, type Pending } from './pending-request.js'
import { alreadyAnsweredPage } from './problem-pages.js'
import type { Visit } from './proceed.js'

/**
 * A stored request gives its grant the request's id and a secret that is the same each time, so answering it twice gives the
 * same redirect; a request that nobody had to be asked about gets fresh ones.
 */
export async function issueCode(
  deployment: Deployment,
  { asked, pending }: Pick<Visit, 'asked' | 'pending'>,
  login: Login,
): Promise<HttpResponse> {
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
        access: asked.access,
        login: { authenticatedAt, acr, amr },
      },
      code: {
        hash: secretHash('code', secret),
        redirectUri: asked.redirectUri,
        pkce: { challenge: asked.codeChallenge },
      },
      codeLifetime: settings.codeLifetime,
      grantLifetime: settings.grantLifetime,
    },
    deployment.now(),
  )
  const redirect = sendCode(deployment, asked, formatCode({ grantId: id, secret }))
  if (await deployment.grants.insert(grant)) {
    const resources = asked.access.map(({ resource }) => resource)
    deployment.emit({ type: 'code_issued', ...grantFacts(grant), scope: asked.scope, resources })
    return redirect
  }
  if (!pending) throw new Unavailable('A fresh grant id was taken.')
  const earlier = (await deployment.grants.get(id))?.value
  const isSame =
    earlier?.status === 'code_issued' &&
    earlier.subject === login.subject &&
    earlier.code.hash === grant.code.hash &&
    deployment.now() < earlier.code.expiresAt
  return isSame ? redirect : alreadyAnsweredPage()
}

/** The answer to a request that has been decided already, for the same person; nobody else learns what it was. */
export async function repeatDecision(deployment: Deployment, pending: Pending, login: Login): Promise<HttpResponse> {
  const { decision, request } = pending.value
  if (decision?.subject !== login.subject) return alreadyAnsweredPage()
  if (decision.allowed) return issueCode(deployment, { asked: request, pending }, login)
  const facts = { clientId: request.client_id, reason: 'denied' }
  return sendError(deployment, request, 'access_denied', 'The user did not agree.', facts)
}
