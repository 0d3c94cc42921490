/**
 * Text on the wire is ASCII by its RFC. JavaScript's own `trim()`, `toLowerCase()` and `\s` know Unicode, so that a byte that is no
 * space to browsers and proxies would be one here. Pure.
 *
 * @module
 */

/** `text` without the optional whitespace around it: SP and HTAB, and nothing else (RFC 9110 §5.6.3, RFC 6265 §5.2). */
export function trimOws(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isOws(text.charCodeAt(start))) start++
  while (start < end && isOws(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

const isOws = (unit: number): boolean => unit === 0x20 || unit === 0x09

export const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

/** `text` with A to Z in small letters, and everything else as it is. */
export const asciiLowerCase = (text: string): string =>
  text.replaceAll(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32))

/**
 * What to write in place of a host beyond ASCII, as the end of a sentence, `write its host as xn--bcher-kva.example`; null when that is not
 * what is wrong with `uri`, or no URL parser knows better.
 */
export function hostAdvice(uri: string): string | null {
  const host = /^https?:\/\/([^/?#\\@]*)/i.exec(uri)?.[1]
  if (host === undefined || !/[^\0-\x7f]/.test(host) || !URL.canParse(uri)) return null
  return `write its host as ${new URL(uri).hostname}`
}
