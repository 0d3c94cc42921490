/**
 * Whether a person has to be asked for consent, the page that asks, and what an answer means. The page's form is bound to the
 * browser, the pending request, the login for which it is shown, and what it leaves to choose.
 *
 * @module
 */

import { isSameToken, pageToken } from '../browser/page-token.js'
import { resourceName, scopeWords } from '../browser/scope-words.js'
import { termWords } from '../browser/term-words.js'
import type { Client } from '../clients/client.js'
import type { HttpRequest } from '../edge/message.js'
import { includes, withoutAccess } from '../grant/consent.js'
import type { ConsentQuestion, ConsentScope, ConsentView } from '../pages/consent.js'
import { type PageAnswer, show } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import type { AuthorizationRequest } from '../protocol/authorization-request.js'
import type { Parameters } from '../protocol/parameters.js'
import { redirectHost } from '../protocol/redirect-uri.js'
import type { Access } from '../protocol/resource.js'
import type { Login } from '../users/contract.js'
import { isImpersonable, isOptional } from './agreement.js'
import { type Part, partsOf, refusalOf, withoutParts } from './parts.js'
import { type Pending, switchUrl } from './pending-request.js'
import type { OpenQuestion, TermChoice } from './terms.js'
import { fieldOfQuestion, termsOf } from './terms.js'
import type { Progress } from './visit.js'

/** Shows the consent page; what is in `unticked` is not ticked. */
export function askForConsent(
  deployment: Deployed,
  request: HttpRequest,
  { client, asked, pending, choice }: Progress & { readonly pending: Pending },
  login: Login,
  unticked: Access,
): PageAnswer {
  const { pages, urls } = deployment
  const locale = pages.localeFor(request, asked.uiLocales)
  const ticked = (access: Access) => !includes(unticked, access)
  const terms = termsOf({ asked, choice })
  const parts = partsOf(deployment, terms)
  const details = termWords(deployment, withoutParts(deployment, terms, refusalOf(parts)), locale)
  const questions = choice?.questions ?? []
  const view: ConsentView = {
    page: 'consent',
    form: {
      action: urls.paths.consent,
      hidden: { pending: pending.handle, page_token: consentToken(deployment, pending, login, choice) },
    },
    ...shownAs(deployment, client, asked),
    clientId: client.client_id,
    redirectHost: redirectHost(asked.redirectUri),
    unverified: isImpersonable(asked.redirectUri, client),
    subjectLabel: login.displayName ?? login.subject,
    switchUrl: switchUrl(deployment, pending.handle),
    resources: asked.access.map(({ resource, scope }, i) => ({
      resource,
      ...resourceName(deployment, locale, resource),
      scopes: [
        ...scope.map((name, j) => ({
          name,
          text: scopeWords(deployment, locale, resource, name),
          choice: isOptional(deployment, resource, name)
            ? { field: fieldOf(i, j), ticked: ticked([{ resource, scope: [name] }]) }
            : undefined,
        })),
        ...parts.flatMap((part, k) =>
          scope.includes(part.beside) ? partView(part, k, locale, ticked(refusalOf([part]))) : [],
        ),
      ],
    })),
    ...(details.length > 0 && { details }),
    ...(questions.length > 0 && { questions: questions.map((question, i) => questionView(question, i, locale)) }),
  }
  return show(view, asked.uiLocales)
}

/**
 * Who the client is: as it calls itself, or the one by whom a feature knows who gets the answer. Then nobody else vouches for it, and what a stranger has put
 * beside the name is not shown under it.
 */
function shownAs(
  { tables }: Deployed,
  client: Client,
  { redirectUri }: AuthorizationRequest,
): Pick<ConsentView, 'clientName' | 'knownAs' | 'clientHost' | 'logoUri' | 'policyUri' | 'tosUri'> {
  const { client_id, client_name: clientName, documentHost: clientHost } = client
  const links = { logoUri: client.logo_uri, policyUri: client.policy_uri, tosUri: client.tos_uri }
  for (const recognizes of tables.recognizers) {
    const knownAs = recognizes({ client_id, redirect_uri: redirectUri })
    const isOperators = client.registration === undefined && clientHost === undefined
    if (knownAs !== undefined) return { clientName: knownAs, knownAs, ...(isOperators && links) }
  }
  return { clientName, ...(clientHost !== undefined && { clientHost }), ...links }
}

/** Whether a posted form is the one that was shown, for a choice that is still the same. */
export const isConsentToken = (
  deployment: Deployed,
  token: string | undefined,
  pending: Pending,
  login: Login,
  choice: TermChoice | undefined,
): boolean => isSameToken(token, consentToken(deployment, pending, login, choice))

/**
 * What of a request the person agreed to and what they left out. It starts from the stored request, so a form can take away what
 * is optional and nothing else.
 */
export function readChoice(
  deployment: Deployed,
  { asked, choice }: Pick<Progress, 'asked' | 'choice'>,
  form: Parameters,
): { readonly agreed: Access; readonly refused: Access } {
  const { access } = asked
  const refused = access.map(({ resource, scope }, i) => ({
    resource,
    scope: scope.filter((name, j) => isOptional(deployment, resource, name) && form.get(fieldOf(i, j)) === undefined),
  }))
  const left = partsOf(deployment, termsOf({ asked, choice })).filter((_, k) => form.get(fieldOfPart(k)) === undefined)
  return {
    agreed: withoutAccess(access, refused),
    refused: [...refused.filter(({ scope }) => scope.length > 0), ...refusalOf(left)],
  }
}

/** The name of the checkbox for a scope, by its place in the request. */
const fieldOf = (resource: number, scope: number): string => `scope_${resource}_${scope}`

/** The name of the checkbox for a part of a term, by its place on the page. */
const fieldOfPart = (place: number): string => `part_${place}`

const partView = ({ name, text }: Part, place: number, locale: string, ticked: boolean): ConsentScope => ({
  ...{ name, text: text(locale) },
  choice: { field: fieldOfPart(place), ticked },
})

function consentToken(
  deployment: Deployed,
  { browser, value }: Pending,
  login: Login,
  choice: TermChoice | undefined,
): string {
  const offered = value.request.access.map(({ resource, scope }) =>
    scope.filter((name) => isOptional(deployment, resource, name)),
  )
  // What is shown and what is offered: an answer means that, and nothing that has come in its place.
  const terms = choice
    ? [choice.choice, choice.terms, choice.questions.map(({ name, choices }) => [name, choices])]
    : []
  const parts = partsOf(deployment, termsOf({ asked: value.request, choice })).map(({ term, name }) => [term, name])
  // For the person, whichever their login: the salt, which only the store has, keeps it from whoever knows the cookie. Records of earlier
  // versions have none.
  const { subject } = login
  return pageToken(browser, value.salt === undefined ? login : { subject }, 'consent', [
    value.id,
    value.salt,
    offered,
    ...terms,
    // Whoever knows no parts would take what was left out for agreed.
    ...(parts.length > 0 ? [parts] : []),
  ])
}

/** Nothing is picked beforehand: it is theirs to choose. */
const questionView = ({ label, choices }: OpenQuestion, index: number, locale: string): ConsentQuestion => ({
  field: fieldOfQuestion(index),
  label: label(locale),
  choices: choices.map(({ text }, place) => ({ value: String(place), text, picked: false })),
})
