/**
 * Where the forms of a page lead, and what they carry. Pure.
 *
 * @module
 */
import type { PageForm } from '../form.js'
import type { Document } from './document.js'
import type { Complaints } from './document-rules.js'
import { type Form, isButton, urlEncoded } from './forms.js'

/** The forms that post to the server, and that nothing that is bound to this browser goes anywhere else. */
export function ownFormComplaints(
  { forms }: Document,
  { action, hidden }: PageForm,
  origin: string,
  judge: (forms: readonly Form[]) => Complaints,
): Complaints {
  const fields = Object.entries(hidden)
  const secrets = new Set(fields.map(([, value]) => value))
  const isOurs = (form: Form) => form.method === 'post' && (form.action === action || form.action === origin + action)
  const ours = forms.filter(isOurs)
  const others = forms.filter((form) => !isOurs(form))
  const isAbroad = ({ action: to = '' }: Form) => URL.canParse(to, origin) && new URL(to, origin).origin !== origin
  return [
    ...(ours.length === 0
      ? [`there is no <form method="post" action="${action}">, which view.form.action wants${found(others)}.`]
      : []),
    ...ours.flatMap((form) => [
      ...carries(form, 'view.form.hidden', fields),
      ...sent(form),
      ...overridden(form, action),
    ]),
    ...others
      .filter(({ controls }) => controls.some(({ value }) => secrets.has(value)))
      .map((form) => `the hidden fields stand in ${shown(form)}: they must be posted to ${action} and nowhere else.`),
    ...others
      .filter((form) => isAbroad(form))
      .map((form) => `${shown(form)} is blocked by the policy: forms lead to this server only. Use a link.`),
    ...(ours.length === 0 ? [] : judge(ours)),
  ]
}

/** The form that carries the answer to the client. */
export function formPostComplaints(
  { forms }: Document,
  redirectUri: string,
  fields: readonly (readonly [string, string])[],
): Complaints {
  const form = forms.find(({ method, action }) => method === 'post' && action === redirectUri)
  if (!form) {
    return [`there is no <form method="post" action="${redirectUri}">, which view.redirectUri wants${found(forms)}.`]
  }
  const button = form.controls.some(isButton)
    ? []
    : ['the form has no button, for browsers without scripts. Write <button type="submit">.']
  return [...carries(form, 'view.fields', fields), ...sent(form), ...overridden(form, redirectUri), ...button]
}

/** A field that is there twice is refused as a whole (RFC 6749 §3.1). */
const carries = ({ controls }: Form, where: string, fields: readonly (readonly [string, string])[]): Complaints =>
  fields.flatMap(([name, value]) => {
    const [found, ...more] = controls.filter((control) => control.name === name)
    if (!found)
      return [
        `the form lacks the hidden field ${name}. Write every entry of ${where} as <input type="hidden" name="…" value="…">.`,
      ]
    if (more.length > 0) return [`the form has the field ${name} ${more.length + 1} times. Write it once.`]
    return found.type === 'hidden' && found.value === value
      ? []
      : [
          `the hidden field ${name} is changed: it must be ${JSON.stringify(value)} as in ${where}, and is ${JSON.stringify(found.value)}. Escape it once, and let nobody edit it.`,
        ]
  })

const sent = ({ enctype }: Form): Complaints =>
  enctype === urlEncoded ? [] : [`the form is sent as ${enctype}, which is not read. Leave enctype out.`]

function overridden({ controls }: Form, action: string): Complaints {
  const wanted = { formaction: action, formmethod: 'post', formenctype: urlEncoded }
  return controls.filter(isButton).flatMap(({ attributes }) =>
    Object.entries(wanted).flatMap(([name, value]) => {
      const given = attributes.get(name)
      return given === undefined || given.toLowerCase() === value.toLowerCase()
        ? []
        : [`a button has ${name}="${given}", so the form goes astray. Leave ${name} out.`]
    }),
  )
}

const found = (forms: readonly Form[]): string =>
  forms.length === 0 ? '; there is no form' : `; there is ${forms.map(shown).join(', ')}`

const shown = ({ method, action }: Form): string => `<form method="${method}" action="${action ?? ''}">`
