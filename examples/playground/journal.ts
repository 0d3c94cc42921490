/**
 * What was said: every request and response of a step, as it really went over the wire, in the order in which it happened.
 *
 * @module
 */
import type { FetchBody } from 'openid-client'

export type Party = 'browser' | 'client' | 'server' | 'api'

export type Headers = readonly (readonly [name: string, value: string])[]

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  /** May become known after the headers, as on the wire. */
  body: string
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export interface Exchange {
  readonly from: Party
  readonly to: Party
  readonly request: Asked
  response: Answered | null
  /** Places of the two arrows among the arrows of the chapter. */
  readonly askedAs: number
  answeredAs: number | null
}

/** One step of the walk, and what came of it in plain words. */
export interface Chapter {
  readonly id: number
  readonly step: string
  readonly exchanges: Exchange[]
  arrows: number
  outcome: Outcome | null
}

export interface Outcome {
  readonly tone: 'good' | 'bad' | 'note'
  readonly text: string
  /** Two tokens that turned out to be the same. */
  readonly same?: readonly [first: string, again: string]
}

export type Journal = ReturnType<typeof openJournal>

const mostChapters = 20

/** @param changed is told of every chapter that has something new. */
export function openJournal(chapters: Chapter[], changed: (chapter: Chapter) => void) {
  return {
    chapters,
    begin(step: string): Chapter {
      const chapter: Chapter = { id: (chapters.at(-1)?.id ?? 0) + 1, step, exchanges: [], arrows: 0, outcome: null }
      chapters.push(chapter)
      chapters.splice(0, chapters.length - mostChapters)
      return chapter
    },
    /** Notes a request, and gives the function that notes its response. */
    note(chapter: Chapter, from: Party, to: Party, request: Asked): (response: Answered) => void {
      const exchange: Exchange = { from, to, request, response: null, askedAs: chapter.arrows++, answeredAs: null }
      chapter.exchanges.push(exchange)
      changed(chapter)
      return (response) => {
        exchange.response = response
        exchange.answeredAs = chapter.arrows++
        changed(chapter)
      }
    },
    conclude(chapter: Chapter, outcome: Outcome): void {
      chapter.outcome = outcome
      changed(chapter)
    },
  }
}

/** Milliseconds that a request of the client may take. */
const patience = 10_000

/** `fetch`, noted. */
export function notedFetch(journal: Journal, chapter: Chapter, from: Party, to: Party) {
  return async (url: string, init: Init): Promise<Response> => {
    const { method, headers, body } = init
    const request = { method, url, headers: Object.entries(headers), body: String(body ?? '') }
    const answered = journal.note(chapter, from, to, request)
    const response = await fetch(url, {
      ...{ method, headers, body: body as BodyInit | null, redirect: 'manual' },
      signal: AbortSignal.timeout(patience),
    })
    answered({ status: response.status, headers: [...response.headers], body: await response.clone().text() })
    return response
  }
}

interface Init {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: FetchBody | undefined
}

/** Node's record of headers as a list. */
export const headersOf = (headers: NodeJS.Dict<unknown>): Headers =>
  Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, String(one)] as const))
