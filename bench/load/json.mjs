/**
 * What is common to all answers in JSON.
 *
 * @module
 */
import { header } from './connection.mjs'
import { demand } from './wrong.mjs'

/** Header lines that were looked at: of one server they differ in the date at most. */
const typeOf = (head) => header(head, 'content-type') ?? ''

/** @returns {any} */
export function jsonOf(reply) {
  demand(reply.status === 200, 'the status is 200', reply)
  demand(/^application\/json\b/i.test(typeOf(reply.head)), 'the content type is application/json', reply)
  try {
    return JSON.parse(reply.body)
  } catch {
    return demand(false, 'the body is JSON', reply)
  }
}

export function demandNoStore(reply) {
  demand(/\bno-store\b/.test(header(reply.head, 'cache-control') ?? ''), 'cache-control is no-store', reply)
}
