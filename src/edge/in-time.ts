/**
 * One request has so much time. When that is over it is answered, whatever the endpoint still waits for; the endpoint is told, so that it
 * writes nothing more, and keeps what it can no longer send.
 *
 * @module
 */

import { alarm } from '../runtime/deadline.js'
import { UncertainOutcome } from './errors.js'
import type { HttpRequest } from './message.js'

const overdue = new WeakSet<HttpRequest>()

/** Whether the request has been answered in the meantime, because its time was over. */
export const isOverdue = (request: HttpRequest): boolean => overdue.has(request)

/**
 * What `answer` makes of the request. The time begins when the body has arrived: how fast a client sends it is not the server's doing.
 *
 * @param milliseconds after which it is over.
 * @throws {UncertainOutcome} when it is.
 */
export function inTime<Answer>(
  request: HttpRequest,
  milliseconds: number,
  answer: (request: HttpRequest) => Answer | Promise<Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let disarm: (() => void) | null = null
    let settled = false
    const arm = () => {
      if (settled || disarm) return
      disarm = alarm(milliseconds, () => {
        overdue.add(timed)
        reject(new UncertainOutcome(`The request took longer than ${milliseconds / 1000} s.`))
      })
    }
    const settle = () => {
      settled = true
      disarm?.()
    }
    const timed: HttpRequest = {
      method: request.method,
      url: request.url,
      headerValues: (name) => request.headerValues(name),
      body: (limit) => request.body(limit).finally(arm),
      address: request.address,
      native: request.native,
    }
    if (request.method !== 'POST') arm()
    // An endpoint may answer without a promise, and throw.
    Promise.resolve(timed).then(answer).finally(settle).then(resolve, reject)
  })
}
