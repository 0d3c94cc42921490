/**
 * Whether a person has to be asked for consent, the page that asks, and what an answer means. The page's form is bound to the
 * browser, the pending request, the login for which it is shown, and what it leaves to choose.
 *
 * @module
 */

import { isSameToken, pageToken } from '../browser/page-token.js'
import { scopeWords } from '../browser/scope-words.js'
import type { Deployment } from '../deployment/deployment.js'
import type { HttpRequest } from '../edge/message.js'
import { includes, withoutAccess } from '../grant/consent.js'
import type { ConsentView } from '../pages/consent.js'
import { formActionSource } from '../pages/policy.js'
import { type PageAnswer, show } from '../pages/views.js'
import type { AuthorizationRequest } from '../protocol/authorization-request.js'
import { isPublicClient } from '../protocol/client-settings.js'
import type { Parameters } from '../protocol/parameters.js'
import { isLoopbackRedirect, isPrivateUseRedirect, redirectHost } from '../protocol/redirect-uri.js'
import type { Access } from '../protocol/resource.js'
import type { Login } from '../users/contract.js'
import { consentId } from './consents.js'
import { type Pending, switchUrl } from './pending-request.js'
import type { Visit } from './visit.js'

/** Whether the user has to be asked; else what is granted, and whether that rests on a remembered consent. */
export type ConsentVerdict =
  | { readonly ask: true; readonly unticked: Access }
  | { readonly ask: false; readonly access: Access; readonly remembered: boolean }

export async function judgeConsent(
  deployment: Deployment,
  { asked, client }: Visit,
  login: Login,
): Promise<ConsentVerdict> {
  if (asked.prompt.includes('consent')) return { ask: true, unticked: [] }
  const stored = await deployment.consents.get(consentId(deployment, client.client_id, login.subject))
  const consent = stored && deployment.now() < stored.value.expiresAt ? stored.value : null
  const refused = stillOptional(deployment, consent?.refused ?? [])
  const access = withoutAccess(asked.access, refused)
  // A request for nothing but what was refused would fail without a word: then rather ask.
  if (access.length === 0) return { ask: true, unticked: [] }
  const impersonable = isImpersonable(asked.redirectUri, isPublicClient(client))
  if (client.first_party && !impersonable) return { ask: false, access, remembered: false }
  // OAuth 2.1 §7.3.1, RFC 8252 §8.6: anybody on the device can pass for such a client, so a remembered yes says nothing.
  const counts = client.remember_consent ?? !impersonable
  return counts && consent && includes(consent.access, access)
    ? { ask: false, access, remembered: true }
    : { ask: true, unticked: refused }
}

const isImpersonable = (redirectUri: string, isPublic: boolean): boolean =>
  isPublic && (isLoopbackRedirect(redirectUri) || isPrivateUseRedirect(redirectUri))

/** Shows the consent page; what is in `unticked` is not ticked. */
export function askForConsent(
  deployment: Deployment,
  request: HttpRequest,
  { client, asked, pending }: Visit & { readonly pending: Pending },
  login: Login,
  unticked: Access,
): PageAnswer {
  const { pages, urls } = deployment
  const locale = pages.localeFor(request, asked.uiLocales)
  const ticked = (resource: string, scope: string) => !includes(unticked, [{ resource, scope: [scope] }])
  const view: ConsentView = {
    page: 'consent',
    form: {
      action: urls.paths.consent,
      hidden: { pending: pending.handle, page_token: consentToken(deployment, pending, login) },
    },
    clientName: client.client_name,
    clientId: client.client_id,
    logoUri: client.logo_uri,
    policyUri: client.policy_uri,
    tosUri: client.tos_uri,
    redirectHost: redirectHost(asked.redirectUri),
    unverified: isImpersonable(asked.redirectUri, isPublicClient(client)),
    subjectLabel: login.displayName ?? login.subject,
    switchUrl: switchUrl(deployment, pending.handle),
    resources: asked.access.map(({ resource, scope }, i) => ({
      resource,
      scopes: scope.map((name, j) => ({
        name,
        text: scopeWords(deployment, locale, resource, name),
        choice: isOptional(deployment, resource, name)
          ? { field: fieldOf(i, j), ticked: ticked(resource, name) }
          : undefined,
      })),
    })),
    formAction: [formActionSource(asked.redirectUri)],
  }
  return show(view, asked.uiLocales)
}

/** Whether a posted form is the one that was shown, for a choice that is still the same. */
export const isConsentToken = (
  deployment: Deployment,
  token: string | undefined,
  pending: Pending,
  login: Login,
): boolean => isSameToken(token, consentToken(deployment, pending, login))

/**
 * What of a request the person agreed to and what they left out. It starts from the stored request, so a form can take away what
 * is optional and nothing else.
 */
export function readChoice(
  deployment: Deployment,
  { access }: Pick<AuthorizationRequest, 'access'>,
  form: Parameters,
): { readonly agreed: Access; readonly refused: Access } {
  const refused = access.map(({ resource, scope }, i) => ({
    resource,
    scope: scope.filter((name, j) => isOptional(deployment, resource, name) && form.get(fieldOf(i, j)) === undefined),
  }))
  return { agreed: withoutAccess(access, refused), refused: refused.filter(({ scope }) => scope.length > 0) }
}

/** The name of the checkbox for a scope, by its place in the request. */
const fieldOf = (resource: number, scope: number): string => `scope_${resource}_${scope}`

const isOptional = ({ settings }: Deployment, resource: string, scope: string): boolean =>
  settings.resources.get(resource)?.optionalScopes.has(scope) ?? false

/** A refusal counts only as long as the app leaves the choice. */
const stillOptional = (deployment: Deployment, refused: Access): Access =>
  refused.map(({ resource, scope }) => ({
    resource,
    scope: scope.filter((name) => isOptional(deployment, resource, name)),
  }))

function consentToken(deployment: Deployment, { browser, value }: Pending, login: Login): string {
  const offered = value.request.access.map(({ resource, scope }) =>
    scope.filter((name) => isOptional(deployment, resource, name)),
  )
  return pageToken(browser, login, 'consent', [value.id, offered])
}
