/**
 * What a client says about the person at the browser, for the eyes of pages alone: their name, their languages. Pure.
 *
 * @module
 */

/** Longer ones are nobody's name, and a login page gets them in its URL, of which servers take about 16 KB with all headers. */
const MAX_LOGIN_HINT_LENGTH = 320

export function parseLoginHint(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= MAX_LOGIN_HINT_LENGTH ? text : undefined
}

/**
 * OpenID Connect Core §3.1.2.1: locales that are not supported are no error. At most ten, so that pages stay quick. Tags have hyphens (RFC 5646
 * §2.1), but what a client takes from its platform often has underscores.
 */
export function parseLocales(text: string | undefined): readonly string[] {
  const locales = text
    ?.replaceAll('_', '-')
    .split(' ')
    .filter((locale) => /^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}$/.test(locale))
  return [...new Set(locales)].slice(0, 10)
}
