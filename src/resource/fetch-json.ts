/**
 * JSON objects from another server: only what is https (or loopback, or what `allowHttpBeyondLoopback` allows), whole within 5 seconds and no larger than 64 KB. A
 * redirect is not followed: it could lead anywhere.
 *
 * @module
 */
import { mayBeHttp } from '../edge/network.js'
import { type Fetch, readWithin } from '../edge/way-out.js'
import { maxAgeOf } from '../protocol/freshness.js'
import { MAX_JSON_BYTES } from '../protocol/json.js'
import { type JsonObject, parseJsonObject } from '../protocol/json-object.js'

export interface FetchedJson {
  readonly json: JsonObject
  /** What `Cache-Control` says, in milliseconds; undefined when it says nothing. */
  readonly maxAge: number | undefined
}

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
    const body = await readWithin(response, MAX_JSON_BYTES)
    if (!body) throw new UnexpectedAnswer(`${url} answered with more than ${MAX_JSON_BYTES} bytes`)
    const json = parseJsonObject(body)
    if (!json) throw new UnexpectedAnswer(`${url} did not answer with a JSON object`)
    return { json, maxAge: maxAgeOf(response.headers.get('cache-control') ?? '') }
  })
}

/** Whether it may be asked: https, and http on loopback, or where `allowHttpBeyondLoopback` allows it. */
export function isSafeUrl(text: unknown, httpBeyondLoopback: boolean): text is string {
  if (typeof text !== 'string' || !URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && mayBeHttp(hostname, httpBeyondLoopback))
}

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
