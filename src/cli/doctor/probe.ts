/**
 * Sends requests and keeps what came of them. Redirects are not followed here, and each request has a deadline.
 *
 * @module
 */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { TLSSocket } from 'node:tls'
import { asciiLowerCase } from '../../protocol/ascii.js'
import type { Answer, Asked, Exchange, NoAnswer, Outcome } from './exchange.js'

export interface Probe {
  /** Sends a request, unless the very same was sent before and changes nothing: then that exchange. Never rejects for what the other side does. */
  send(asked: Asked): Promise<Exchange>
  /** Everything that was sent, in its order. */
  readonly exchanges: readonly Exchange[]
}

export interface ProbeOptions {
  /** Milliseconds for one request, until all of its answer is there. */
  readonly timeout: number
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number
}

/** No document that clients read has so much, and of a page the beginning tells. */
const MAX_BYTES = 262_144

export function openProbe({ timeout, now }: ProbeOptions): Probe {
  const exchanges: Exchange[] = []
  const sent = new Map<string, Promise<Exchange>>()
  /** Where nothing was answered in time: nobody waits there again. */
  const silent = new Map<string, NoAnswer>()

  async function exchange(asked: Asked): Promise<Exchange> {
    const place = `${asked.method} ${asked.url.replace(/[?#].*/s, '')}`
    const before = silent.get(place)
    if (before) return { asked, outcome: before, took: timeout }
    const began = now()
    const outcome = await sendOnce(asked, timeout)
    if (!outcome.answered && outcome.problem === 'timeout') silent.set(place, outcome)
    const done = { asked, outcome, took: now() - began }
    exchanges.push(done)
    return done
  }

  return {
    exchanges,
    send(asked) {
      const key = JSON.stringify([asked.method, asked.url, asked.headers, asked.body])
      const before = sent.get(key)
      if (before) return before
      const running = exchange(asked)
      if (!asked.anew) sent.set(key, running)
      return running
    },
  }
}

function sendOnce({ method, url, headers, body }: Asked, timeout: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => {
      resolve({ answered: false, problem: 'timeout', detail: `no answer within ${timeout / 1000} s` })
      request?.destroy()
    }, timeout)
    const end = (outcome: Outcome) => {
      clearTimeout(deadline)
      resolve(outcome)
    }
    const fail = (error: Error) => end(noAnswer(error))
    // What a server says about itself may be any text, a URL of another kind included.
    if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
      return end({ answered: false, problem: 'unreachable', detail: 'this is no http or https URL' })
    }
    const send = url.startsWith('https:') ? requestHttps : requestHttp
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    // A connection of its own each time, as a client has that comes for the first time.
    const request = send(url, { method, headers: { ...headers, ...length }, agent: false }, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      const answer = (): Answer => ({
        answered: true,
        status: response.statusCode ?? 0,
        headers: pairsOf(response.rawHeaders),
        body: Buffer.concat(chunks).toString('utf8'),
        certificateEnds: certificateEnd(response.socket),
      })
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes <= MAX_BYTES) return
        end(answer())
        request.destroy()
      })
      response.on('end', () => end(answer()))
      response.on('error', fail)
    })
    request.on('error', fail)
    request.end(body)
  })
}

function pairsOf(raw: readonly string[]): Answer['headers'] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[asciiLowerCase(name), raw[i + 1] ?? ''] as const] : []))
}

function certificateEnd(socket: unknown): number | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const end = Date.parse(socket.getPeerCertificate().valid_to)
  return Number.isNaN(end) ? undefined : end
}

type Trouble = Error & { readonly code?: string; readonly reason?: string }

function noAnswer(error: Trouble): NoAnswer {
  const causes = error instanceof AggregateError ? (error.errors as Trouble[]) : [error]
  const cause = [...new Set(causes.map(causeOf))].join(', ')
  const isTls = /CERT|SSL|TLS|UNABLE_TO_|SELF_SIGNED|EPROTO/.test(cause)
  return { answered: false, problem: isTls ? 'tls' : 'unreachable', detail: `no connection (${cause})`, cause }
}

/** The code, and what OpenSSL says besides: which names a certificate has, or which version of TLS is missing. */
function causeOf({ code, reason, message }: Trouble): string {
  const more = reason ?? /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1]
  return code === undefined ? message : [code, ...(more === undefined ? [] : [more])].join(': ')
}
