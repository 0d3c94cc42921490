/**
 * Whether it is a person who goes here. Other pages embed this one, scripts call it and browsers fetch ahead, all with the cookies of
 * somebody who knows nothing of it. Browsers say so; other clients say nothing, and are believed.
 *
 * @module
 */
import type { HttpRequest } from './message.js'

/**
 * An image, a frame, a script's own call: anything that is not shown as a page of its own.
 *
 * @see {@link https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header Fetch Metadata §2.1}
 */
export function isEmbedded(request: HttpRequest): boolean {
  const [destination] = request.headerValues('sec-fetch-dest')
  return destination !== undefined && destination !== 'document'
}

/** Embedded, and no frame: in a frame a client may renew what a person has agreed to (`prompt=none`), elsewhere nobody gets to see an answer. */
export const isLoadedByPage = (request: HttpRequest): boolean =>
  isEmbedded(request) && request.headerValues('sec-fetch-dest')[0] !== 'iframe'

/**
 * Fetched ahead of a click that may never come. Some browsers still say so in their own words.
 *
 * @see {@link https://wicg.github.io/nav-speculation/prefetch.html#sec-purpose-header Prefetch §Sec-Purpose}
 */
export const isPrefetch = (request: HttpRequest): boolean =>
  ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    request.headerValues(name).some((value) => /^[ \t]*(?:prefetch|prerender|preview)\b/i.test(value)),
  )

/** A program that asks before it sends a person, to learn whether its client is still known: it takes JSON, and no page. */
export const takesNoPage = (request: HttpRequest): boolean => {
  const accepted = request.headerValues('accept').join()
  return /(?:^|[, \t])application\/json(?:[;, \t]|$)/i.test(accepted) && !/text\/html/i.test(accepted)
}
