/**
 * Reads HTML as a browser does, as far as the suite needs it: tags with their attributes, and the text between them. Pure.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/parsing.html#tokenization HTML §13.2.5}
 * @module
 */

export type Piece = Tag | EndTag | Text

export interface Tag {
  readonly kind: 'tag'
  /** In lower case, like the names of attributes. */
  readonly name: string
  /** The first of each name, decoded. */
  readonly attributes: ReadonlyMap<string, string>
  /** What is inside an element that holds no tags, such as `script` and `textarea`. */
  readonly inside: string
}

export interface EndTag {
  readonly kind: 'end'
  readonly name: string
}

export interface Text {
  readonly kind: 'text'
  /** Decoded. */
  readonly text: string
}

/** The pieces of a document in order, without comments. */
export function readMarkup(html: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  const text = (until: number) => {
    if (until > at) pieces.push({ kind: 'text', text: decodeEntities(html.slice(at, until)) })
  }
  for (let open = html.indexOf('<'); open >= 0; open = html.indexOf('<', Math.max(at, open + 1))) {
    const rest = html.slice(open)
    const comment = /^<!--(?:>|->|[\s\S]*?(?:--!?>|$))|^<(?:[!?]|\/[^a-z>])[^>]*(?:>|$)|^<\/>/i.exec(rest)
    const end = /^<\/([a-z][^\s/>]*)[^>]*(?:>|$)/i.exec(rest)
    const start = /^<[a-z][^\s/>]*/i.exec(rest)
    if (!comment && !end && !start) continue
    text(open)
    if (comment) at = open + comment[0].length
    else if (end) {
      pieces.push({ kind: 'end', name: (end[1] ?? '').toLowerCase() })
      at = open + end[0].length
    } else if (start) {
      const { tag, length } = readTag(rest, start[0].slice(1).toLowerCase())
      pieces.push(tag)
      at = open + length
    }
  }
  text(html.length)
  return pieces
}

/** `html` begins with the tag. */
function readTag(html: string, name: string): { readonly tag: Tag; readonly length: number } {
  const attributes = new Map<string, string>()
  let at = name.length + 1
  for (;;) {
    at += /^[\s/]*/.exec(html.slice(at))?.[0].length ?? 0
    const found = /^([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)(?:"|$)|'([^']*)(?:'|$)|([^\s>]*)))?/.exec(html.slice(at))
    if (!found) break
    const [all, attribute = '', double, single, bare] = found
    const key = attribute.toLowerCase()
    if (!attributes.has(key)) attributes.set(key, decodeEntities(double ?? single ?? bare ?? '', true))
    at += all.length
  }
  at += 1
  if (!textOnly.has(name)) return { tag: { kind: 'tag', name, attributes, inside: '' }, length: at }
  const rest = html.slice(at)
  const end = rest.search(new RegExp(`</${name}(?=[\\s/>]|$)`, 'i'))
  const raw = end < 0 ? rest : rest.slice(0, end)
  const inside = name === 'title' || name === 'textarea' ? decodeEntities(raw) : raw
  return { tag: { kind: 'tag', name, attributes, inside }, length: at + raw.length }
}

/** Elements in which a tag is only text. */
const textOnly = new Set(['script', 'style', 'title', 'textarea', 'xmp', 'iframe', 'noembed', 'noframes'])

/** Numbers, and the few names that libraries escape with. In attributes, `&lt=` is no entity but part of a query. */
function decodeEntities(text: string, inAttribute = false): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6});?|#([0-9]{1,7});?|([a-z]+)(;?))/gi,
    (entity, hex?: string, decimal?: string, name = '', semicolon = '', offset = 0) => {
      if (hex !== undefined) return character(Number.parseInt(hex, 16))
      if (decimal !== undefined) return character(Number(decimal))
      const known = named.get(name)
      const isOpen =
        semicolon === '' && (!bareNames.test(name) || (inAttribute && text[offset + entity.length] === '='))
      return known === undefined || isOpen ? entity : known
    },
  )
}

const character = (code: number): string => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')

const named = new Map([
  ['amp', '&'],
  ['AMP', '&'],
  ['lt', '<'],
  ['LT', '<'],
  ['gt', '>'],
  ['GT', '>'],
  ['quot', '"'],
  ['QUOT', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
  ['shy', '\u00ad'],
  ['sol', '/'],
  ['equals', '='],
  ['grave', '`'],
  ['lpar', '('],
  ['rpar', ')'],
  ['colon', ':'],
  ['Tab', '\t'],
  ['NewLine', '\n'],
])

/** Names that browsers read without a semicolon, too. */
const bareNames = /^(?:amp|lt|gt|quot|nbsp|shy)$/i
