/**
 * What an app may give as the address of a page of its own, and what is added to it.
 *
 * @module
 */

/** Whether `url` is an absolute path, or an `http` or `https` URL, without characters that URLs do not have. */
export const isWebPage = (url: unknown): url is string =>
  typeof url === 'string' && /^(?:\/(?![/\\])|https?:\/\/)[\x21-\x7e]*$/.test(url)

/** The same address with more parameters in its query. */
export function withParameters(url: string, parameters: { readonly [name: string]: string }): string {
  const hash = url.indexOf('#')
  const page = hash < 0 ? url : url.slice(0, hash)
  const separator = !page.includes('?') ? '?' : /[?&]$/.test(page) ? '' : '&'
  return page + separator + new URLSearchParams(parameters) + url.slice(page.length)
}
