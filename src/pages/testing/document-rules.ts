/**
 * What every page must have, whatever it shows: a language, nothing of strangers that became markup, and nothing that its own policy
 * blocks. Pure.
 *
 * @module
 */
import type { Messages } from '../messages.js'
import { hashSource } from '../policy.js'
import { type Document, normalized } from './document.js'
import type { Tag } from './markup.js'
import { STRANGER } from './samples/parts.js'

/** What is wrong with a page, and how to mend it. */
export type Complaints = readonly string[]

/** @param origin of the issuer, where the page is. */
export const documentComplaints = (page: Document, origin: string): Complaints => [
  ...languageComplaints(page),
  ...strangerComplaints(page),
  ...page.tags.flatMap((tag) => inlineComplaints(tag, page)),
  ...page.tags.flatMap((tag) => loadComplaints(tag, page, origin)),
]

/** @see {@link https://www.w3.org/TR/WCAG22/#language-of-page WCAG 2.2, 3.1.1} */
function languageComplaints({ tags }: Document): Complaints {
  const { lang, dir } = rootOf(tags)
  if (lang === '')
    return ['<html> has no lang. Write <html lang="…" dir="…"> with context.messages.locale and .direction.']
  if (!isRightToLeft(lang) || dir === 'rtl') return []
  return [`<html lang="${lang}"> needs dir="rtl": write context.messages.direction there.`]
}

/**
 * A page with any text of `messages` is in their language, and has to say so.
 *
 * @param messages whose texts stand in no page of another language by chance.
 */
export function translationComplaints({ tags, allWords }: Document, messages: Messages): Complaints {
  const { lang } = rootOf(tags)
  if (lang === '' || languageOf(lang) === languageOf(messages.locale)) return []
  const { locale, direction: _, ...texts } = messages
  const found = wordsOf(texts).find((words) => allWords.includes(words))
  if (found === undefined) return []
  return [
    `<html lang="${lang}"> is above words in another language (${found}). Write context.messages.locale there: it is ${locale} here.`,
  ]
}

/** Language and direction of the whole page. */
function rootOf(tags: readonly Tag[]): { readonly lang: string; readonly dir: string | undefined } {
  const attributes = tags.find(({ name }) => name === 'html')?.attributes
  return { lang: attributes?.get('lang')?.trim() ?? '', dir: attributes?.get('dir')?.toLowerCase() }
}

const languageOf = (tag: string): string => tag.toLowerCase().split('-')[0] ?? ''

/** All texts, without the places in them. */
function wordsOf(texts: object): readonly string[] {
  return Object.values(texts).flatMap((text: object | string) =>
    typeof text === 'string'
      ? text
          .split(/\{[a-z]+\}/)
          .map(normalized)
          .filter((words) => /\p{L}{2}/u.test(words))
      : wordsOf(text),
  )
}

function isRightToLeft(lang: string): boolean {
  try {
    return ['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm'].includes(new Intl.Locale(lang).maximize().script ?? '')
  } catch {
    return false
  }
}

function strangerComplaints({ tags }: Document): Complaints {
  const became = tags.find(({ name, attributes }) => name === STRANGER || attributes.has(STRANGER))
  if (!became) return []
  const where = became.name === STRANGER ? 'an element' : `an attribute of <${became.name}>`
  return [
    `what a client or a user wrote has become ${where}. Write & < > " ' as &amp; &lt; &gt; &quot; &#39; in text, and in attributes inside quotes; in a script, write < as \\u003c.`,
  ]
}

/** What stands in the document itself, and does not run under the policy. */
function inlineComplaints(tag: Tag, { policy }: Document): Complaints {
  const { name, attributes, inside } = tag
  const handler = [...attributes.keys()].find((attribute) => /^on[a-z]/.test(attribute))
  const href = [...attributes].find(([attribute, value]) => urlAttributes.has(attribute) && isScriptUrl(value))
  const directive = name === 'style' ? 'style-src' : 'script-src'
  const isInline =
    name === 'style' || (name === 'script' && !attributes.has('src') && isProgram(attributes.get('type')))
  const mayRun = isInline && isAllowed(tag, policy.get(directive) ?? [])
  return [
    ...(handler === undefined
      ? []
      : [`${handler}= in <${name}> is blocked by the policy. Add the listener in a script.`]),
    ...(attributes.has('style')
      ? [
          `style= in <${name}> is blocked by the policy. Use a class and a <style nonce="…">, or a style sheet of your host.`,
        ]
      : []),
    ...(href ? [`${href[0]}= of <${name}> is a javascript: URL, which the policy blocks. Use a link to a page.`] : []),
    ...(isInline && !mayRun
      ? [
          `a <${name}> is blocked by the policy. Write <${name} nonce="…"> with context.nonce (it begins with ${start(inside)}).`,
        ]
      : []),
  ]
}

const urlAttributes = new Set(['href', 'src', 'action', 'formaction', 'data', 'xlink:href'])

/** Browsers overlook spaces and control characters in it. */
const isScriptUrl = (url: string): boolean =>
  /^javascript:/i.test(Array.from(url, (character) => (character > ' ' ? character : '')).join(''))

/** Data blocks, such as JSON, are no programs. */
const isProgram = (type = ''): boolean =>
  /^(?:|module|importmap|(?:text|application)\/(?:java|ecma)script)$/i.test(type.trim())

const isAllowed = ({ attributes, inside }: Tag, sources: readonly string[]): boolean =>
  sources.includes(`'nonce-${attributes.get('nonce')}'`) ||
  sources.includes(hashSource(inside)) ||
  // Not computed here: whoever writes such a hash got it from a browser or a tool.
  sources.some((source) => /^'sha(?:384|512)-/.test(source))

const start = (text: string): string => JSON.stringify(text.trim().slice(0, 40))

/** What is loaded from elsewhere, and may not be. */
function loadComplaints({ name, attributes }: Tag, { policy }: Document, origin: string): Complaints {
  const [directive, attribute] = loads(name, attributes.get('rel') ?? '')
  const url = attribute && attributes.get(attribute)
  if (!directive || url === undefined || !URL.canParse(url, origin)) return []
  const sources = policy.get(directive) ?? []
  const { href, origin: from, protocol } = new URL(url, origin)
  const fits = (source: string) =>
    source === protocol ||
    source === from ||
    (source.split('/').length > 3 && href.split(/[?#]/)[0]?.startsWith(source))
  const isOwn = from === origin && sources.includes("'self'")
  const hasNonce = name !== 'img' && sources.includes(`'nonce-${attributes.get('nonce')}'`)
  if (isOwn || hasNonce || isScriptUrl(url) || sources.some(fits)) return []
  const source = from === 'null' ? protocol : from
  return [
    `<${name} ${attribute}="${href}"> is blocked by the policy. Return { html, sources: { '${directive}': ['${source}'] } }.`,
  ]
}

function loads(name: string, rel: string): readonly [directive?: string, attribute?: string] {
  if (name === 'script') return ['script-src', 'src']
  if (name === 'img') return ['img-src', 'src']
  return name === 'link' && /\bstylesheet\b/i.test(rel) ? ['style-src', 'href'] : []
}
