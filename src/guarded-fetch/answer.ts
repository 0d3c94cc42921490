/**
 * What is taken as an answer: status 200, a JSON object, its type said, no larger than 64 KB.
 *
 * @module
 */
import { readWithin } from '../edge/way-out.js'
import { asciiLowerCase, trimOws } from '../protocol/ascii.js'
import { freshFor } from '../protocol/freshness.js'
import { MAX_JSON_BYTES } from '../protocol/json.js'
import { NotFetched } from './allowed-url.js'
import type { Fetched } from './contract.js'

/** What is wanted of a document. */
export interface Wanted<T> {
  /** For messages: `JSON object`. */
  readonly what: string
  /** What is asked for, and whether a type is that. */
  readonly accept: string
  isType(type: string): boolean
  /** Null for anything else. */
  read(bytes: Uint8Array): T | null
}

/**
 * @param plain whether the body is as it arrived, so that a content coding is still on it.
 * @throws {NotFetched} and what reading the body throws.
 */
export async function readAnswer<T>(
  response: Response,
  plain: boolean,
  now: () => number,
  wanted: Wanted<T>,
): Promise<Fetched<T>> {
  const { status } = response
  const problem = problemOf(response, plain, wanted)
  if (problem) {
    // Not waited for: whoever sends it may never let go of it.
    response.body?.cancel().catch(() => {})
    throw problem
  }
  const bytes = await readWithin(response, MAX_JSON_BYTES)
  if (!bytes) throw tooLarge(status)
  const json = wanted.read(bytes)
  if (json === null) throw new NotFetched('not_json', `the answer is no ${wanted.what} in UTF-8`, status)
  if (isDeeper(json, MAX_DEPTH))
    throw new NotFetched('not_json', `the answer has more than ${MAX_DEPTH} levels`, status)
  return { ok: true, json, freshFor: freshFor((name) => response.headers.get(name), now()) }
}

function problemOf(response: Response, plain: boolean, { accept, isType }: Wanted<unknown>): NotFetched | null {
  const { status, headers } = response
  // A browser's `fetch` hides a redirect that it was told not to follow; one of the app's own may have followed it all the same.
  if ((status >= 300 && status < 400) || response.type === 'opaqueredirect' || response.redirected) {
    return new NotFetched('redirect', 'the answer is a redirect, and none is followed', status)
  }
  if (status !== 200) return new NotFetched('status', `the answer has the status ${status}`, status)
  const coding = headers.get('content-encoding') ?? 'identity'
  if (plain && !/^[ \t]*identity[ \t]*$/i.test(coding)) {
    return new NotFetched('content_type', 'the answer is compressed, although it was asked for as it is', status)
  }
  const type = asciiLowerCase(trimOws(/^[^;]*/.exec(headers.get('content-type') ?? '')?.[0] ?? ''))
  if (!isType(type)) {
    return new NotFetched('content_type', `the answer has the type '${type.slice(0, 60)}', not ${accept}`, status)
  }
  return Number(headers.get('content-length') ?? 0) > MAX_JSON_BYTES && plain ? tooLarge(status) : null
}

/** What no document needs, and what recursion in whoever reads it would not bear. */
const MAX_DEPTH = 32

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1)))

const tooLarge = (status: number) =>
  new NotFetched('too_large', `the answer has more than ${MAX_JSON_BYTES} bytes`, status)
