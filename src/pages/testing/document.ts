/**
 * What `render` has answered, read once: an HTML document under its policy, or a redirect. Pure.
 *
 * @module
 */
import type { HttpResponse } from '../../edge/message.js'
import { type Form, formsIn } from './forms.js'
import { type Piece, readMarkup, type Tag } from './markup.js'

/** A page by the app's own hand. */
export interface Document {
  readonly pieces: readonly Piece[]
  readonly tags: readonly Tag[]
  readonly forms: readonly Form[]
  /** All text that a person can read, with single spaces. */
  readonly words: string
  /** The text, and what other ways there are to say something: alternatives of images, labels. */
  readonly allWords: string
  /** Sources of the Content-Security-Policy by directive. */
  readonly policy: ReadonlyMap<string, readonly string[]>
}

export function documentOf({ body, headers }: HttpResponse): Document {
  const pieces = readMarkup(body)
  const tags = pieces.filter((piece) => piece.kind === 'tag')
  const text = pieces.map((piece) => (piece.kind === 'text' ? piece.text : betweenWords(piece))).join('')
  const labels = tags.flatMap(({ attributes }) =>
    ['alt', 'aria-label', 'title'].map((name) => attributes.get(name) ?? ''),
  )
  return {
    pieces,
    tags,
    forms: formsIn(pieces),
    words: normalized(text),
    allWords: normalized([text, ...labels].join(' ')),
    policy: policyOf(headers),
  }
}

/** Single spaces, and nothing invisible: neither marks that isolate a name nor hints where to break it. */
export const normalized = (text: string): string =>
  text
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()

/** Tags inside a word belong to it (`<b>A</b>da`); others end it. */
function betweenWords(piece: Piece): string {
  if (piece.kind === 'text' || inline.has(piece.name)) return ''
  return piece.kind === 'tag' && isButtonInput(piece) ? ` ${piece.attributes.get('value') ?? ''} ` : ' '
}

const inline = new Set([
  'a',
  'abbr',
  'b',
  'bdi',
  'bdo',
  'code',
  'em',
  'i',
  'mark',
  'small',
  'span',
  'strong',
  'u',
  'wbr',
])

const isButtonInput = ({ name, attributes }: Tag): boolean =>
  name === 'input' && ['submit', 'button'].includes(attributes.get('type')?.toLowerCase() ?? '')

function policyOf(headers: HttpResponse['headers']): Document['policy'] {
  const text = headers.find(([name]) => name === 'content-security-policy')?.[1] ?? ''
  return new Map(
    text.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources] as const
    }),
  )
}
