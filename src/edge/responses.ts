/**
 * The few shapes of answers the endpoints give. Everything that may carry a credential is `no-store`.
 *
 * @module
 */
import type { HttpResponse } from './message.js'

type Headers = HttpResponse['headers']

const noStore: Headers = [
  ['cache-control', 'no-store'],
  ['pragma', 'no-cache'],
]

/** JSON that no cache keeps. */
export function jsonResponse(status: number, body: object, headers: Headers = []): HttpResponse {
  return {
    status,
    headers: [['content-type', 'application/json;charset=utf-8'], ...noStore, ...headers],
    body: JSON.stringify(body),
  }
}

/** Public JSON that caches keep for `maxAge` milliseconds. */
export const cacheableJson = (body: string, maxAge: number): HttpResponse => ({
  status: 200,
  headers: [
    ['content-type', 'application/json;charset=utf-8'],
    ['cache-control', `public, max-age=${Math.floor(maxAge / 1000)}`],
  ],
  body,
})

/**
 * Sends the browser elsewhere with GET.
 *
 * RFC 9700 §4.12: 303, because 307 and 308 would send a posted password on to the next host.
 */
export function seeOther(location: string, headers: Headers = []): HttpResponse {
  return {
    status: 303,
    headers: [['location', location], ...noStore, ['referrer-policy', 'no-referrer'], ...headers],
    body: '',
  }
}

/** The same answer with more headers. */
export function withHeaders<Answer extends { readonly headers: Headers }>(response: Answer, headers: Headers): Answer {
  return headers.length === 0 ? response : { ...response, headers: [...response.headers, ...headers] }
}

export const emptyResponse = (status: number, headers: Headers = []): HttpResponse => ({ status, headers, body: '' })
