/**
 * Whether a person has to be asked for consent, and the page that asks. Its form is bound to the browser, the pending request,
 * and the login for which it is shown.
 *
 * @module
 */
import type { Deployment } from '../deployment.js'
import { covers } from '../grant/consent.js'
import type { HttpResponse } from '../message.js'
import { consentPage } from '../pages/consent.js'
import { formActionSource } from '../pages/layout.js'
import { isPublicClient } from '../protocol/client-metadata.js'
import { isLoopbackRedirect, isPrivateUseRedirect, redirectHost } from '../protocol/redirect-uri.js'
import { constantTimeEqual, encodeBase64url, hmacSha256, utf8 } from '../runtime/hash.js'
import type { Login } from '../users/contract.js'
import { type Pending, switchUrl } from './pending-request.js'
import type { Visit } from './proceed.js'

/** Whether the user has to be asked. */
export async function needsConsent(deployment: Deployment, { asked, client }: Visit, login: Login): Promise<boolean> {
  if (asked.prompt.includes('consent')) return true
  // OAuth 2.1 §7.3.1, RFC 8252 §8.6: anybody on the device can pass for such a client, so a remembered yes says nothing.
  if (isImpersonable(asked.redirectUri, isPublicClient(client))) return true
  const consent = await deployment.consents.get(consentId(deployment, client.client_id, login.subject))
  return !consent || !covers(consent.value, asked.access, deployment.now())
}

const isImpersonable = (redirectUri: string, isPublic: boolean): boolean =>
  isPublic && (isLoopbackRedirect(redirectUri) || isPrivateUseRedirect(redirectUri))

/** One consent per client and user. */
export const consentId = ({ recordId }: Deployment, clientId: string, subject: string): string =>
  recordId('consent', JSON.stringify([clientId, subject]))

/** Shows the consent page. */
export function askForConsent(
  deployment: Deployment,
  { client, asked, pending }: Visit & { readonly pending: Pending },
  login: Login,
): HttpResponse {
  const { settings, urls } = deployment
  return consentPage({
    action: urls.paths.consent,
    handle: pending.handle,
    pageToken: pageToken(pending, login),
    clientName: client.client_name,
    clientId: client.client_id,
    redirectHost: redirectHost(asked.redirectUri),
    unverified: isImpersonable(asked.redirectUri, isPublicClient(client)),
    subjectLabel: login.displayName ?? login.subject,
    switchUrl: switchUrl(deployment, pending.handle),
    resources: asked.access.map(({ resource, scope }) => ({
      resource,
      scopes: scope.map((name) => ({ name, text: settings.resources.get(resource)?.scopeTexts.get(name) ?? name })),
    })),
    formAction: [formActionSource(asked.redirectUri)],
  })
}

/** Proves that the form was shown for this request, in this browser, to this login. */
function pageToken({ browser, value }: Pending, { subject, sessionId }: Login): string {
  const bound = JSON.stringify([value.id, subject, sessionId ?? null])
  return encodeBase64url(hmacSha256(browser.secret, `consent\0${bound}`))
}

/** Whether a posted form is the one that was shown. */
export const isPageToken = (token: string | undefined, pending: Pending, login: Login): boolean =>
  token !== undefined && constantTimeEqual(utf8(token), utf8(pageToken(pending, login)))
