/**
 * The forms of a document, and what a person can send with them. Pure.
 *
 * @module
 */
import type { Piece, Tag } from './markup.js'

export interface Form {
  readonly action: string | undefined
  /** In lower case, like `enctype`; what HTML takes when nothing is said. */
  readonly method: string
  readonly enctype: string
  /** Those that can be sent: named or not, but not disabled. */
  readonly controls: readonly Control[]
}

export interface Control {
  readonly name: string
  /** `hidden`, `text`, `password`, `checkbox`, `radio`, `submit`, `textarea`, `select` … */
  readonly type: string
  readonly value: string
  readonly checked: boolean
  /** What a button has to say about the form: `formaction`, `formmethod`, `formenctype`. */
  readonly attributes: ReadonlyMap<string, string>
}

type Draft = Form & { readonly controls: Control[] }

export function formsIn(pieces: readonly Piece[]): readonly Form[] {
  const forms: Draft[] = []
  const byId = new Map<string, Draft>()
  const elsewhere: (readonly [id: string, control: Control])[] = []
  const fieldsets: boolean[] = []
  let open: Draft | undefined
  for (const piece of pieces) {
    if (piece.kind === 'end' && piece.name === 'form') open = undefined
    if (piece.kind === 'end' && piece.name === 'fieldset') fieldsets.pop()
    if (piece.kind !== 'tag') continue
    const { name, attributes } = piece
    if (name === 'fieldset') fieldsets.push(attributes.has('disabled'))
    // HTML §13.2.6.4.7: a form inside a form is ignored.
    if (name === 'form' && !open) {
      open = draftOf(piece)
      forms.push(open)
      byId.set(attributes.get('id') ?? '', open)
    }
    if (!controlTags.has(name) || attributes.has('disabled') || fieldsets.includes(true)) continue
    const id = attributes.get('form')
    if (id !== undefined) elsewhere.push([id, controlOf(piece)])
    else open?.controls.push(controlOf(piece))
  }
  for (const [id, control] of elsewhere) byId.get(id)?.controls.push(control)
  return forms
}

/** Whether a person can send the form so that `name` is `value` there, and nothing else as well. */
export function canSend({ controls }: Form, name: string, value: string): boolean {
  const buttons = controls.filter(isButton)
  const fields = controls.filter((control) => control.name === name && !isButton(control))
  if (fields.length === 0) return buttons.some((button) => button.name === name && button.value === value)
  const isOneOf = fields.length === 1 || fields.every(({ type }) => type === 'radio')
  const has = fields.some((field) => (field.type === 'hidden' || field.type === 'radio') && field.value === value)
  return isOneOf && has && buttons.some((button) => button.name !== name)
}

export const isButton = ({ type }: Control): boolean => type === 'submit' || type === 'image'

/** Buttons that only scripts use are none of the form's. */
const controlTags = new Set(['input', 'button', 'textarea', 'select'])

const draftOf = ({ attributes }: Tag): Draft => ({
  action: attributes.get('action'),
  method: attributes.get('method')?.toLowerCase() ?? 'get',
  enctype: attributes.get('enctype')?.toLowerCase() ?? urlEncoded,
  controls: [],
})

/** The one encoding that the server reads. */
export const urlEncoded = 'application/x-www-form-urlencoded'

function controlOf({ name: tag, attributes, inside }: Tag): Control {
  const fallback = tag === 'input' ? 'text' : tag === 'button' ? 'submit' : tag
  const type = tag === 'input' || tag === 'button' ? attributes.get('type')?.toLowerCase() || fallback : tag
  const value = tag === 'textarea' ? inside : attributes.get('value')
  return {
    name: attributes.get('name') ?? '',
    type,
    value: value ?? (type === 'checkbox' || type === 'radio' ? 'on' : ''),
    checked: attributes.has('checked'),
    attributes,
  }
}
