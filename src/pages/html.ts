/**
 * HTML that is escaped by construction: every value in an `html` template is text until it is {@link Html} itself, which
 * only this file can make. What strangers wrote (names of clients, user names) goes through {@link displayText} as well.
 *
 * @module
 */

const markup = Symbol('markup')

/** A piece of HTML. No JSON can pretend to be one. */
export interface Html {
  readonly [markup]: string
}

/** What a template takes: text and numbers are escaped, nothing comes of null, undefined and false. */
export type Part = Html | string | number | null | undefined | false | readonly Part[]

/**
 * A template of HTML. Values stand between tags or inside double quotes.
 *
 * @throws {TypeError} when a value stands where escaping would not be enough: in an unquoted attribute, or as a URL that
 * leads neither to the web, nor to this server, nor to an app (so no `javascript:`). Ask {@link isLink} first.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? ''
  parts.forEach((part, i) => {
    const before = strings[i] ?? ''
    if (/<[^>]*=\s*$/.test(before)) throw new TypeError('html: put the attribute in double quotes')
    if (/\s(?:href|src|action|formaction)="$/i.test(before) && !(typeof part === 'string' && isLink(part))) {
      throw new TypeError('html: this is not a URL that a page may lead to')
    }
    text += toMarkup(part) + (strings[i + 1] ?? '')
  })
  return { [markup]: text }
}

/** The text of a piece of HTML. */
export const render = (piece: Html): string => piece[markup]

/** Takes text as HTML, unescaped. Only for constants of this project: never for anything that was put together. */
export const constantMarkup = (constant: string): Html => ({ [markup]: constant })

/**
 * Whether a page may lead to `url`: `http`, `https`, a path of this server, or an app's own scheme, which has a dot in it
 * (RFC 8252 §7.1) as `javascript` and `data` have not.
 */
export function isLink(url: string): boolean {
  return /^(?:\/(?![/\\])|https?:\/\/|[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:)[\x21-\x7e]*$/i.test(url)
}

/**
 * What somebody else wrote, fit to be shown on one line: without control characters and invisible ones, without marks that
 * turn the direction of the text around them, and at most `max` characters long. Empty when nothing visible is left.
 */
export function displayText(value: string, max: number): string {
  const plain = value
    .slice(0, max * 8)
    .replace(/\s+/gu, ' ')
    .replace(unseen, '')
    // Marks piled on one letter would cover the lines above.
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
    .trim()
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(plain)) return ''
  const characters = Array.from(plain)
  return characters.length <= max
    ? plain
    : `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`
}

/**
 * Controls, lone surrogates, private characters, and all that is invisible by itself: bidi marks, overrides and isolates,
 * zero-width spaces, fillers, tags. Not the joiners and variation selectors, which some scripts and emoji are spelled with.
 */
const unseen = /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Cs}\p{Co}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

function toMarkup(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string') return escapeText(part)
  if (typeof part === 'number') return String(part)
  if (isList(part)) return part.map(toMarkup).join('')
  return part[markup]
}

const isList = (part: Part): part is readonly Part[] => Array.isArray(part)

/** Good for text and for attributes in either quotes. A carriage return would be read as a line feed. */
function escapeText(text: string): string {
  return text.replaceAll(/[&<>"'`\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}
