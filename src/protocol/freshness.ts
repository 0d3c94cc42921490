/**
 * How long an answer of HTTP may be used without asking again. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9111#section-4.2 RFC 9111 §4.2}
 * @module
 */
import { trimOws } from './ascii.js'

/** What `Cache-Control` says, in milliseconds; undefined when it says nothing about it. */
export function maxAgeOf(cacheControl: string): number | undefined {
  if (/(^|[ \t,])no-(store|cache)([ \t,=]|$)/i.test(cacheControl)) return 0
  const seconds = /(?:^|[ \t,])max-age="?([0-9]{1,9})/i.exec(cacheControl)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

/**
 * For how many milliseconds from now an answer is fresh; undefined when its headers do not say. What guesses by `Last-Modified`
 * (RFC 9111 §4.2.2) is left to the caller, who has bounds of its own.
 *
 * @param header the value of a response header, all of its lines joined with commas; null when there is none.
 * @param now epoch milliseconds.
 */
export function freshFor(header: (name: string) => string | null, now: number): number | undefined {
  const lifetime = maxAgeOf(header('cache-control') ?? '') ?? untilExpiry(header('expires'), header('date'), now)
  if (lifetime === undefined) return undefined
  // RFC 9111 §5.1: it was that old already when a cache on the way handed it out.
  const age = /^[0-9]{1,9}$/.exec(trimOws(header('age') ?? ''))?.[0] ?? '0'
  return Math.max(0, lifetime - Number(age) * 1000)
}

/** RFC 9111 §5.3: an invalid date, `0` above all, is one in the past. */
function untilExpiry(expires: string | null, date: string | null, now: number): number | undefined {
  return expires === null ? undefined : Math.max(0, (httpDate(expires) ?? 0) - (httpDate(date ?? '') ?? now))
}

/** RFC 9110 §5.6.7: the one form in which dates are written; the two obsolete ones are read as invalid. */
function httpDate(text: string): number | undefined {
  const date = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/
  const parsed = date.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(parsed) ? undefined : parsed
}
