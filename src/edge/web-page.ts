/**
 * What an app may give as the address of a page of its own.
 *
 * @module
 */

/** Whether `url` is an absolute path, or an `http` or `https` URL, without characters that URLs do not have. */
export const isWebPage = (url: unknown): url is string =>
  typeof url === 'string' && /^(?:\/(?![/\\])|https?:\/\/)[\x21-\x7e]*$/.test(url)
