/**
 * JSON objects from another server: only what is https (or loopback, or what `allowHttpBeyondLoopback` allows), whole within 5 seconds and no larger than 64 KB. A
 * redirect is not followed: it could lead anywhere.
 *
 * @module
 */
import { mayBeHttp } from '../edge/network.js'
import { MAX_JSON_BYTES } from '../protocol/json.js'
import { concatBytes } from '../runtime/hash.js'

/** The part of the standard `fetch` that is used, so that an app can put its own in place. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface FetchedJson {
  readonly json: JsonObject
  /** What `Cache-Control` says, in milliseconds; undefined when it says nothing. */
  readonly maxAge: number | undefined
}

export type JsonObject = { readonly [name: string]: unknown }

/** The server answered, but not with what was asked for. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
}

const TIMEOUT = 5_000

/** @throws {UnexpectedAnswer} for an answer that is no JSON object with status 200, and else what `fetch` throws. */
export function fetchJson(fetch: Fetch, url: string, init: RequestInit = {}): Promise<FetchedJson> {
  return withinTime(url, async (signal) => {
    // `error` would say it better than `manual`, but not every runtime knows it.
    const response = await fetch(url, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      redirect: 'manual',
      signal,
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new UnexpectedAnswer(`${url} answered with status ${response.status}`)
    }
    const json = parseJsonObject(await readBody(response, url))
    if (!json) throw new UnexpectedAnswer(`${url} did not answer with a JSON object`)
    return { json, maxAge: maxAge(response.headers.get('cache-control') ?? '') }
  })
}

/** Null for everything else than a JSON object in UTF-8. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | null {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes))
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether it may be asked: https, and http on loopback, or where `allowHttpBeyondLoopback` allows it. */
export function isSafeUrl(text: unknown, httpBeyondLoopback: boolean): text is string {
  if (typeof text !== 'string' || !URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && mayBeHttp(hostname, httpBeyondLoopback))
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Whoever ignores the signal is not waited for either. */
async function withinTime<T>(url: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`${url} did not answer within ${TIMEOUT / 1000} seconds`)
      reject(error)
      controller.abort(error)
    }, TIMEOUT)
  })
  try {
    return await Promise.race([work(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

async function readBody(response: Response, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > MAX_JSON_BYTES) {
      await reader.cancel()
      throw new UnexpectedAnswer(`${url} answered with more than ${MAX_JSON_BYTES} bytes`)
    }
    chunks.push(value)
  }
  return concatBytes(...chunks)
}

function maxAge(cacheControl: string): number | undefined {
  if (/(^|[ \t,])no-(store|cache)([ \t,]|$)/i.test(cacheControl)) return 0
  const seconds = /(?:^|[ \t,])max-age="?([0-9]{1,9})/i.exec(cacheControl)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}
