/**
 * What a page must have because of what it shows: its form, and what the person has to be told. Pure.
 *
 * @module
 */
import type { AppsView, ConnectedApp } from '../apps.js'
import { type ConsentView, withoutScheme } from '../consent.js'
import type { LogoutView } from '../logout.js'
import type { PageView } from '../views.js'
import { type Document, normalized } from './document.js'
import type { Complaints } from './document-rules.js'
import { formPostComplaints, ownFormComplaints } from './form-rules.js'
import { canSend, type Form, isButton } from './forms.js'
import { questionComplaints } from './question-rules.js'

export function pageComplaints(page: Document, view: PageView, origin: string): Complaints {
  switch (view.page) {
    case 'login':
      return [
        ...ownFormComplaints(page, view.form, origin, loginComplaints),
        ...linkComplaints(page, { ...view }, ['forgotPasswordUrl', 'signUpUrl'], origin),
      ]
    case 'consent':
      return [
        ...consentTold(page, view),
        ...ownFormComplaints(page, view.form, origin, (forms) => consentComplaints(forms, view)),
      ]
    case 'apps':
      return [
        ...told(page, 'view.subjectLabel', view.subjectLabel),
        ...view.apps.flatMap((app) => appTold(page, app)),
        ...(view.apps.length > 0
          ? ownFormComplaints(page, view.form, origin, (forms) => appsComplaints(forms, view))
          : []),
      ]
    case 'logout':
      return [
        ...told(page, 'view.subjectLabel', view.subjectLabel),
        ...told(page, 'view.asker.name', view.asker?.name),
        ...ownFormComplaints(page, view.form, origin, (forms) => logoutComplaints(forms, view)),
        ...linkComplaints(page, { ...view }, ['stayUrl'], origin),
      ]
    case 'error':
      return [
        ...told(page, 'view.code', view.code),
        ...told(page, 'view.reference', view.reference),
        ...linkComplaints(page, { ...view }, ['clientUrl', 'loginUrl', 'logoutUrl', 'homeUrl'], origin),
      ]
    case 'form_post':
      return formPostComplaints(page, view.redirectUri, view.fields)
    case 'logged_out':
      return linkComplaints(page, { ...view }, ['loginUrl', 'homeUrl'], origin)
  }
}

function loginComplaints(forms: readonly Form[]): Complaints {
  const wrong = forms.map(({ controls }) => {
    const named = (name: string) => controls.filter((control) => control.name === name)
    const [passwords, names] = [named('password'), named('username')]
    return [
      ...(names.length === 1
        ? []
        : [`the form has ${names.length} fields named username. Write one <input name="username">.`]),
      ...(passwords.length === 1 && passwords[0]?.type === 'password'
        ? []
        : [
            `the form needs one <input type="password" name="password">, and has ${passwords.map(({ type }) => type).join(', ') || 'none'}.`,
          ]),
      ...(controls.some(isButton) ? [] : ['the form has no button to send it. Write <button type="submit">.']),
    ]
  })
  return wrong.find((complaints) => complaints.length === 0) ?? wrong[0] ?? []
}

/** Without these, who has no password or no account is lost, or who stands before a page without a form. */
const linkComplaints = (
  { tags }: Document,
  view: { readonly [name: string]: unknown },
  names: readonly string[],
  origin: string,
): Complaints =>
  names.flatMap((name) => {
    const url = view[name]
    if (typeof url !== 'string') return []
    const { href } = new URL(url, origin)
    // More may stand behind it, such as a language.
    const leadsThere = (to = '') => URL.canParse(to, origin) && new URL(to, origin).href.startsWith(href)
    if (tags.some(({ attributes }) => ['href', 'action'].some((to) => leadsThere(attributes.get(to))))) return []
    return [`nothing leads to view.${name}. Write a link where it is given: <a href="…">, with the URL escaped.`]
  })

function consentComplaints(forms: readonly Form[], { resources, questions }: ConsentView): Complaints {
  const allowing = forms.find((form) => canSend(form, { decision: 'allow' }))
  const missing = ['allow', 'deny'].filter((decision) => !forms.some((form) => canSend(form, { decision })))
  const choices = resources.flatMap(({ scopes }) =>
    scopes.flatMap(({ name, choice }) => (choice ? [{ name, ...choice }] : [])),
  )
  return [
    ...missing.map(
      (decision) =>
        `nothing sends decision=${decision}. Write <button type="submit" name="decision" value="${decision}">.`,
    ),
    ...(allowing ? choices.flatMap((choice) => boxComplaints(allowing, choice)) : []),
    ...questionComplaints(forms, questions),
  ]
}

function boxComplaints(
  { controls }: Form,
  { name, field, ticked }: { readonly name: string; readonly field: string; readonly ticked: boolean },
): Complaints {
  const box = `<input type="checkbox" name="${field}" value="yes"${ticked ? ' checked' : ''}>`
  const [found, ...more] = controls.filter((control) => control.name === field)
  const isBox = found?.type === 'checkbox' && found.value !== '' && more.length === 0
  if (!isBox) return [`the scope ${name} can be left out, and has no box for it in the form that allows. Write ${box}.`]
  return found.checked === ticked
    ? []
    : [
        `the box of the scope ${name} must ${ticked ? '' : 'not '}be ticked at first, as choice.ticked says. Write ${box}.`,
      ]
}

/** What is not told is agreed to unseen. */
function consentTold(page: Document, view: ConsentView): Complaints {
  const {
    clientName,
    clientId,
    clientHost,
    knownAs,
    redirectHost,
    subjectLabel,
    resources,
    details = [],
    questions = [],
  } = view
  return [
    ...(clientName === undefined ? told(page, 'view.clientId', clientId) : told(page, 'view.clientName', clientName)),
    ...(clientHost === undefined ? [] : told(page, 'view.clientHost', clientHost)),
    ...(knownAs === undefined ? [] : told(page, 'view.knownAs', knownAs)),
    ...told(page, 'view.redirectHost', redirectHost),
    ...told(page, 'view.subjectLabel', subjectLabel),
    ...resources.flatMap(({ resource, name: called, scopes }) => [
      ...scopes.flatMap(({ name, text }) => told(page, `the text of the scope ${name}`, text)),
      ...(scopes.length > 0 ? [] : told(page, 'the resource that has no scopes', called ?? withoutScheme(resource))),
    ]),
    ...details.flatMap((detail) => told(page, 'a line of view.details', detail)),
    ...questions.flatMap(({ field, label, choices }) => [
      ...told(page, `the label of the question ${field}`, label),
      ...choices.flatMap(({ value, text }) => told(page, `the text of the choice ${field}=${value}`, text)),
    ]),
  ]
}

function appTold(page: Document, { clientId, clientName, rights, grants, details = [] }: ConnectedApp): Complaints {
  const ofGrants = grants.flatMap((grant) => (grant.details ? [grant.details] : []))
  const several = grants.length > 1 ? grants : []
  const ofApp = grants.length === 0 || ofGrants.length < grants.length ? details : []
  return [
    ...told(page, 'the name of an app', clientName ?? clientId),
    ...rights.flatMap(({ scopes }) =>
      scopes.flatMap(({ name, text }) => told(page, `the text of the scope ${name}`, text)),
    ),
    ...several.flatMap(({ redirectHost, device }) => [
      ...told(page, 'the redirectHost of one of several grants', redirectHost),
      // The names of browser and system; what stands between them is a word of the language.
      ...(device?.split(' on ') ?? []).flatMap((name) => told(page, 'the device of one of several grants', name)),
    ]),
    ...ofApp.flatMap((detail) => told(page, 'a line of the details of an app', detail)),
    ...ofGrants.flat().flatMap((detail) => told(page, 'a line of the details of a grant', detail)),
  ]
}

const appsComplaints = (forms: readonly Form[], { apps }: AppsView): Complaints =>
  apps.flatMap(({ clientId, grants }) => {
    const sends = (name: string, value: string) => forms.some((form) => canSend(form, { [name]: value }))
    const ends = sends('client_id', clientId) || (grants.length > 0 && grants.every(({ id }) => sends('grant', id)))
    return ends
      ? []
      : [
          `nothing ends the access of ${clientId}. Write <button type="submit" name="client_id" value="${clientId}">, or name="grant" with the id of each of its grants.`,
        ]
  })

const logoutComplaints = (forms: readonly Form[], view: LogoutView): Complaints =>
  (['here', 'everywhere'] as const).flatMap((where) => {
    const offered = forms.some((form) => canSend(form, { where }))
    if (offered === view[where]) return []
    return offered
      ? [`where=${where} is offered, but view.${where} is false: the server would refuse it. Leave it out.`]
      : [`nothing sends where=${where}. Write <button type="submit" name="where" value="${where}">.`]
  })

function told({ words }: Document, what: string, value: string | undefined): Complaints {
  // What a stranger made up may be shortened, or its marks left out.
  if (value === undefined || /[<>]/.test(value) || words.includes(normalized(value))) return []
  return [`the person is not told ${what}: write ${JSON.stringify(value)} where it can be read.`]
}
