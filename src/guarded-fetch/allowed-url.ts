/**
 * Which URLs are fetched from at all, told from the URL alone. Pure.
 *
 * @module
 */
import type { FetchProblem } from './contract.js'

/** What is wrong with a URL, or with where it leads. */
export class NotFetched extends Error {
  override readonly name = 'NotFetched'
  constructor(
    readonly problem: FetchProblem,
    message: string,
    readonly status?: number,
  ) {
    super(message)
  }
}

/** Longer ones are nobody's. */
const MAX_URL_LENGTH = 2_048

/** Whose addresses may be connected to. */
export type IsPublic = (address: string) => boolean

/**
 * The URL, parsed.
 *
 * @param allowOrigins origins that need be neither https on port 443 nor at a public address.
 * @throws {NotFetched}
 */
export function allowedUrl(text: string, allowOrigins: ReadonlySet<string>, isPublic: IsPublic): URL {
  // RFC 3986 §2: a URI is ASCII. Parsers leave out line ends, and read `\` as `/`: others than ours may see another host there.
  if (text.length > MAX_URL_LENGTH || !/^[!-[\]-~]+$/.test(text) || !URL.canParse(text)) {
    throw refused('it is no URL of at most 2,048 characters in ASCII')
  }
  if (text.includes('#')) throw refused('it has a fragment')
  if (/^[a-z]+:\/*[^/?]*@/i.test(text)) throw refused('it has a user name or a password')
  const url = new URL(text)
  if (allowOrigins.has(url.origin)) return url
  if (url.protocol !== 'https:') throw refused('it is not https')
  if (url.port !== '') throw refused(`its port is ${url.port}, not 443`)
  // A parser has made the usual form of every spelling of an address.
  if (/^\[|^[0-9.]+$/.test(url.hostname)) {
    checkAddresses(url, [url.hostname.replace(/^\[|\]$/g, '')], isPublic)
  } else if (!/\.[^.]+$/.test(url.hostname)) {
    // Names of one's own network, and second spellings of public ones.
    throw refused('its host has no dot in it, or ends with one')
  }
  return url
}

/**
 * All of them have to be public. A name that leads inward as well is an attack or a mistake, and which of its addresses is
 * reached would be chance.
 *
 * @throws {NotFetched}
 */
export function checkAddresses({ host }: URL, addresses: readonly string[], isPublic: IsPublic): void {
  const inward = addresses.find((address) => !isPublic(address))
  if (inward !== undefined) {
    throw new NotFetched(
      'address_not_allowed',
      `${host} is at ${inward}, which is not an address of the public internet`,
    )
  }
}

const refused = (why: string): NotFetched => new NotFetched('url_not_allowed', `the URL is not fetched: ${why}`)
