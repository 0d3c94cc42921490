/**
 * One request and what came of it, and reading that. Pure.
 *
 * @module
 */
import { inOneLine } from '../../runtime/one-line.js'

/** A request. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'OPTIONS' | 'DELETE'
  readonly url: string
  /** Names in small letters. */
  readonly headers: { readonly [name: string]: string }
  readonly body?: string | undefined
  /** Whether it changes something, so that the same request a second time is another one. */
  readonly anew?: boolean | undefined
}

/** What came, or why nothing did. */
export type Outcome = Answer | NoAnswer

export interface Answer {
  readonly answered: true
  readonly status: number
  /** Names in small letters; a name may come several times. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Of a large one the beginning. */
  readonly body: string
  /** When the certificate of the other side ends, in milliseconds. Absent without TLS. */
  readonly certificateEnds?: number | undefined
}

export interface NoAnswer {
  readonly answered: false
  readonly problem: 'timeout' | 'tls' | 'unreachable'
  /** For people. */
  readonly detail: string
  /** Of a connection that did not come about: the code of Node.js, and what else is known. */
  readonly cause?: string | undefined
}

export interface Exchange {
  readonly asked: Asked
  readonly outcome: Outcome
  /** Milliseconds until all of the answer was there. */
  readonly took: number
}

/** Values of a header, in their order. */
export const headerValues = ({ outcome }: Exchange, name: string): readonly string[] =>
  outcome.answered ? outcome.headers.flatMap(([other, value]) => (other === name ? [value] : [])) : []

export const statusOf = ({ outcome }: Exchange): number | null => (outcome.answered ? outcome.status : null)

/** Why nothing came: there is no TLS connection, which has a check of its own. */
export const lacksTls = ({ outcome }: Exchange): boolean => !outcome.answered && outcome.problem === 'tls'

/** A JSON object that came with a 2xx. */
export type Json = { readonly [member: string]: unknown }

export function jsonOf(exchange: Exchange): Json | null {
  const status = statusOf(exchange)
  return status !== null && status >= 200 && status < 300 ? anyJsonOf(exchange) : null
}

/** A JSON object, whatever the status. */
export function anyJsonOf({ outcome }: Exchange): Json | null {
  if (!outcome.answered) return null
  try {
    const value: unknown = JSON.parse(outcome.body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
  } catch {
    return null
  }
}

/** Where an answer leads, as a whole URL; null where it leads nowhere. */
export function redirectOf(exchange: Exchange): string | null {
  const status = statusOf(exchange)
  const [location] = headerValues(exchange, 'location')
  if (status === null || ![301, 302, 303, 307, 308].includes(status) || location === undefined) return null
  return URL.canParse(location, exchange.asked.url) ? new URL(location, exchange.asked.url).href : null
}

/** What came, in a few words: `404 text/html`, `no answer: …`. */
export function summary(exchange: Exchange): string {
  const { outcome } = exchange
  if (!outcome.answered) return outcome.detail
  const to = redirectOf(exchange)
  if (to !== null) return `${outcome.status} to ${short(to)}`
  const [type] = headerValues(exchange, 'content-type')
  return [outcome.status, ...(type === undefined ? [] : [short(type.replace(/;.*/s, ''))])].join(' ')
}

/** `GET https://… answered 404 text/html`. */
export const told = (exchange: Exchange): string => {
  const { asked, outcome } = exchange
  return `${asked.method} ${short(asked.url)}${outcome.answered ? ' answered' : ':'} ${summary(exchange)}`
}

/** What an error says: `error` and `error_description` of JSON, else what a person reads on the page. */
export function complaint(exchange: Exchange): string {
  const json = anyJsonOf(exchange)
  const parts = [json?.error, json?.error_description].filter((part) => typeof part === 'string')
  if (parts.length > 0) return short(parts.join(': '), 300)
  if (!exchange.outcome.answered) return ''
  const text = noteIn(exchange.outcome.body.slice(0, MOST_READ))
    .replaceAll(/<(style|script|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(?:quot|#34|#39|amp|lt|gt);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, ' ')
    .trim()
  return short(text, 300)
}

/** Of a page. Searching for what ends nowhere takes time that grows with the square of it. */
const MOST_READ = 32_768

/** On a page of grantwright what developers should know stands in a note, up to the facts; else the whole page. */
function noteIn(page: string): string {
  const start = page.indexOf('<p class="note')
  const end = page.indexOf('</dl>', start)
  return start < 0 || end < 0 ? page : page.slice(start, end)
}

const entities: { readonly [entity: string]: string } = {
  '&quot;': '"',
  '&#34;': '"',
  '&#39;': "'",
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
}

/** Text of the other side, as it may stand in a line on a terminal. */
export function short(text: string, most = 160): string {
  const line = inOneLine(text)
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}
