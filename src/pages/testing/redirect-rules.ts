/**
 * What must travel along when `render` sends the browser to the app's own front end. Pure.
 *
 * @module
 */
import { formDecode } from '../../protocol/parameters.js'
import type { ConsentView } from '../consent.js'
import type { PageView } from '../views.js'
import type { Complaints } from './document-rules.js'

/** Where a page is shown elsewhere, these are all that its form can get from anywhere, and what features have to say. */
export function redirectComplaints(location: string, view: PageView, origin: string): Complaints {
  const { search, hash } = new URL(location, origin)
  const carried = [search, hash].map(readable).join('\n')
  const travels = (value: string) => carried.includes(value) || carried.includes(JSON.stringify(value).slice(1, -1))
  return mustTravel(view)
    .filter(([, value]) => !travels(value))
    .map(
      ([name]) =>
        `${name} does not travel along to ${location.split(/[?#]/)[0]}. Add it to the URL, best behind the #, for example encodeURIComponent(JSON.stringify(view)).`,
    )
}

function mustTravel(view: PageView): readonly (readonly [name: string, value: string])[] {
  const given = (name: string, value: string | undefined) => (value === undefined ? [] : [[name, value] as const])
  if (view.page === 'error') return [...given('view.code', view.code), ...given('view.reference', view.reference)]
  if (view.page === 'form_post') {
    const fields = view.fields.map(([name, value]) => [`the field ${name} of view.fields`, value] as const)
    return [['view.redirectUri', view.redirectUri], ...fields]
  }
  if (!('form' in view)) return []
  const hidden = Object.entries(view.form.hidden).map(([name, value]) => [`view.form.hidden.${name}`, value] as const)
  return view.page === 'consent' ? [...hidden, ...fromFeatures(view)] : hidden
}

const fromFeatures = ({ details = [], questions = [] }: ConsentView): readonly (readonly [string, string])[] => [
  ...details.map((detail) => ['a line of view.details', detail] as const),
  ...questions.flatMap(({ field, label, choices }) => [
    [`the field ${field} of view.questions`, field] as const,
    [`the label of the question ${field}`, label] as const,
    ...choices.flatMap(({ value, text }) => [
      [`the value of the choice ${field}=${value}`, value] as const,
      [`the text of the choice ${field}=${value}`, text] as const,
    ]),
  ]),
]

const readable = (part: string): string => formDecode(part) ?? part
