/**
 * Which language a page is in: the first that somebody wishes for and that there is.
 *
 * @module
 */

import { asciiLowerCase, trimOws } from '../protocol/ascii.js'

/** The most wishes that count; a header can hold thousands. */
const MOST = 32

/**
 * Looks each wish up among what is available, then without its last part, and so on.
 *
 * @param uiLocales of the request, best first: they count before what the browser says (OpenID Connect Core §3.1.2.1).
 * @param acceptLanguage the browser's header.
 * @param available keys in lower case.
 * @see {@link https://www.rfc-editor.org/rfc/rfc4647#section-3.4 RFC 4647 §3.4}
 */
export function chooseLocale<Language>(
  uiLocales: readonly string[],
  acceptLanguage: readonly string[],
  available: ReadonlyMap<string, Language>,
): Language | undefined {
  for (const wish of [...uiLocales.slice(0, MOST), ...languagesOf(acceptLanguage.join(','))]) {
    const found = lookUp(asciiLowerCase(wish), available)
    if (found !== undefined) return found
  }
  return undefined
}

/** @param wish in lower case. */
export function lookUp<Language>(wish: string, available: ReadonlyMap<string, Language>): Language | undefined {
  let range = wish
  while (range !== '') {
    const found = available.get(range)
    if (found !== undefined) return found
    const parts = range.split('-').slice(0, -1)
    // RFC 4647 §3.4: what introduces an extension goes with it.
    if (parts.at(-1)?.length === 1) parts.pop()
    range = parts.join('-')
  }
  return undefined
}

/** The languages of `Accept-Language`, best first (RFC 9110 §12.5.4); not those with weight 0. */
function languagesOf(header: string): readonly string[] {
  return header
    .split(',', MOST)
    .map((item) => {
      const [range = '', ...parameters] = item.split(';').map(trimOws)
      const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2)
      return { range, weight: weight === undefined ? 1 : isWeight.test(weight) ? Number(weight) : 0 }
    })
    .filter(({ range, weight }) => weight > 0 && isRange.test(range))
    .sort((one, other) => other.weight - one.weight)
    .map(({ range }) => range)
}

const isWeight = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/

/** So few parts that looking up one after the other costs nothing. */
const isRange = /^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}$/
