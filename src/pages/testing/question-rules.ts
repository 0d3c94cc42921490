/**
 * What a consent page must have for the questions of features: each choice can be sent with the answer that allows, none is picked for
 * the person, and denying needs none. Pure.
 *
 * @module
 */
import type { ConsentQuestion } from '../consent.js'
import type { Complaints } from './document-rules.js'
import { canSend, canSendAtOnce, type Form, type Wanted } from './forms.js'

/** @param forms those that post to the server. */
export function questionComplaints(forms: readonly Form[], questions: readonly ConsentQuestion[] = []): Complaints {
  const allowing = forms.filter((form) => canSend(form, { decision: 'allow' }))
  return [
    ...denyComplaints(forms),
    // That nothing allows is told already.
    ...(allowing.length === 0 ? [] : questions.flatMap((question) => choiceComplaints(allowing, question, questions))),
  ]
}

function denyComplaints(forms: readonly Form[]): Complaints {
  const denying = forms.filter((form) => canSend(form, { decision: 'deny' }))
  if (denying.length === 0 || denying.some((form) => canSendAtOnce(form, { decision: 'deny' }))) return []
  return [
    'decision=deny cannot be sent as long as something that is required is not filled in or picked. Write <button type="submit" name="decision" value="deny" formnovalidate>.',
  ]
}

function choiceComplaints(
  allowing: readonly Form[],
  question: ConsentQuestion,
  all: readonly ConsentQuestion[],
): Complaints {
  const { field, label, choices } = question
  const others = all.filter((other) => other !== question)
  const missing = choices.filter(({ value }) => !allowing.some((form) => canChoose(form, { [field]: value }, others)))
  const along = others.length === 0 ? 'decision=allow' : 'decision=allow and an answer to each other question'
  if (missing.length === 0) return allowing.flatMap((form) => pickedComplaints(form, question))
  return missing.map(
    ({ value, text, picked }) =>
      `nothing sends ${field}=${value} together with ${along}: the choice ${JSON.stringify(text)} of ${JSON.stringify(label)}. Write ${radio(field, value, picked)} in the form that allows.`,
  )
}

const canChoose = (form: Form, choice: Wanted, others: readonly ConsentQuestion[]): boolean =>
  canSend(form, { decision: 'allow', ...choice }) &&
  others.every(({ field, choices }) =>
    choices.some(({ value }) => canSend(form, { decision: 'allow', ...choice, [field]: value })),
  )

/** What is picked beforehand is agreed to unread. */
function pickedComplaints({ controls }: Form, { field, label, choices }: ConsentQuestion): Complaints {
  const offering = controls.filter(({ name, type }) => name === field && (type === 'radio' || type === 'select'))
  if (offering.length === 0) return []
  const found = offering.filter(({ type, checked }) => checked || type === 'select').at(-1)?.value ?? ''
  const wanted = choices.find(({ picked }) => picked)?.value ?? ''
  if (found === wanted) return []
  return [
    wanted === ''
      ? `nothing of the question ${JSON.stringify(label)} may be picked at first, because no choice.picked is true, but ${field}=${found} is. Leave checked out; a <select required> begins with <option value="">.`
      : `${field}=${wanted} of the question ${JSON.stringify(label)} must be picked at first, as choice.picked says. Write ${radio(field, wanted, true)}, or in a <select> <option … selected>.`,
  ]
}

const radio = (field: string, value: string, picked: boolean): string =>
  `<input type="radio" name="${field}" value="${value}" required${picked ? ' checked' : ''}>`
