/**
 * The forms of a document, and what a person can send with them. Pure.
 *
 * @module
 */
import { asciiLowerCase } from '../../protocol/ascii.js'
import type { Piece, Tag } from './markup.js'

export interface Form {
  readonly action: string | undefined
  /** In lower case, like `enctype`; what HTML takes when nothing is said. */
  readonly method: string
  readonly enctype: string
  /** Whether the browser sends it only when what is `required` is there. */
  readonly validates: boolean
  /** Those that can be sent: named or not, but not disabled. */
  readonly controls: readonly Control[]
}

export interface Control {
  readonly name: string
  /** `hidden`, `text`, `password`, `checkbox`, `radio`, `submit`, `textarea`, `select` … */
  readonly type: string
  /** Of a `select`, what is selected at first. */
  readonly value: string
  readonly checked: boolean
  /** What a `select` offers, one at a time. Empty for all others. */
  readonly options: readonly string[]
  /** What a button has to say about the form (`formaction`, `formmethod`, `formenctype`, `formnovalidate`), and `required`. */
  readonly attributes: ReadonlyMap<string, string>
}

type Draft = Form & { readonly controls: Control[] }

export function formsIn(pieces: readonly Piece[]): readonly Form[] {
  const forms: Draft[] = []
  const byId = new Map<string, Draft>()
  const elsewhere: (readonly [id: string, control: Control])[] = []
  const fieldsets: boolean[] = []
  let open: Draft | undefined
  for (const [i, piece] of pieces.entries()) {
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
    const control = name === 'select' ? selectOf(piece, pieces.slice(i + 1)) : controlOf(piece)
    if (id !== undefined) elsewhere.push([id, control])
    else open?.controls.push(control)
  }
  for (const [id, control] of elsewhere) byId.get(id)?.controls.push(control)
  return forms
}

/** What a form may be wanted to send: a value by the name of its field. */
export type Wanted = { readonly [name: string]: string }

/** Whether a person can send the form with all of this, and no other value of the same name. */
export const canSend = (form: Form, wanted: Wanted): boolean => buttonsFor(form, wanted).length > 0

/** Whether they can do so before anything is filled in or picked. */
export function canSendAtOnce(form: Form, wanted: Wanted): boolean {
  const isReady = !form.validates || form.controls.every((control) => isFilled(control, form))
  return buttonsFor(form, wanted).some(({ attributes }) => isReady || attributes.has('formnovalidate'))
}

const buttonsFor = (form: Form, wanted: Wanted): readonly Control[] =>
  form.controls
    .filter(isButton)
    .filter((button) => Object.entries(wanted).every(([name, value]) => sends(form, button, name, value)))

function sends({ controls }: Form, button: Control, name: string, value: string): boolean {
  const fields = controls.filter((control) => control.name === name && !isButton(control))
  if (button.name === name) return fields.length === 0 && button.value === value
  const isOneOf = fields.length === 1 || fields.every(({ type }) => type === 'radio')
  return isOneOf && fields.some((field) => offers(field, value))
}

const offers = ({ type, value: own, options }: Control, value: string): boolean =>
  type === 'select' ? options.includes(value) : (type === 'hidden' || type === 'radio') && own === value

function isFilled({ name, type, value, checked, attributes }: Control, { controls }: Form): boolean {
  if (!attributes.has('required')) return true
  if (type === 'radio') return controls.some((other) => other.type === type && other.name === name && other.checked)
  return type === 'checkbox' ? checked : value !== ''
}

/** One that only closes a dialog sends nothing. */
export const isButton = ({ type, attributes }: Control): boolean =>
  (type === 'submit' || type === 'image') && asciiLowerCase(attributes.get('formmethod') ?? '') !== 'dialog'

/** Buttons that only scripts use are none of the form's. */
const controlTags = new Set(['input', 'button', 'textarea', 'select'])

const draftOf = ({ attributes }: Tag): Draft => ({
  action: attributes.get('action'),
  method: attributes.get('method')?.toLowerCase() ?? 'get',
  enctype: attributes.get('enctype')?.toLowerCase() ?? urlEncoded,
  validates: !attributes.has('novalidate'),
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
    options: [],
    attributes,
  }
}

/** @param after what follows its tag. */
function selectOf(select: Tag, after: readonly Piece[]): Control {
  const end = after.findIndex((piece) => piece.kind === 'end' && piece.name === 'select')
  const inside = end < 0 ? after : after.slice(0, end)
  const all = inside.flatMap((piece, i) =>
    piece.kind === 'tag' && piece.name === 'option' ? [optionOf(piece, inside.slice(i + 1))] : [],
  )
  const options = all.filter(({ isDisabled }) => !isDisabled)
  const control = controlOf(select)
  // Of a list in which several can be picked, one cannot be picked alone for sure.
  if (control.attributes.has('multiple')) return control
  const isList = Number(control.attributes.get('size') ?? 1) > 1
  const first = all.filter(({ isSelected }) => isSelected).at(-1) ?? (isList ? undefined : options[0])
  return { ...control, value: first?.value ?? '', options: options.map(({ value }) => value) }
}

/** @param after what follows its tag. */
function optionOf({ attributes }: Tag, after: readonly Piece[]) {
  const end = after.findIndex((piece) => piece.kind !== 'text')
  const text = (end < 0 ? after : after.slice(0, end))
    .map((piece) => (piece.kind === 'text' ? piece.text : ''))
    .join('')
  return {
    value: attributes.get('value') ?? text.replace(/\s+/g, ' ').trim(),
    isSelected: attributes.has('selected'),
    isDisabled: attributes.has('disabled'),
  }
}
