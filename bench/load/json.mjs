/**
 * What is common to all answers in JSON.
 *
 * @module
 */
import { header } from './connection.mjs'
import { demand } from './wrong.mjs'

/** @returns {any} */
export function jsonOf(reply, type = /^application\/json\b/i) {
  demand(reply.status === 200, 'the status is 200', reply)
  demand(type.test(header(reply.head, 'content-type') ?? ''), 'the content type is application/json', reply)
  let content = null
  try {
    content = JSON.parse(reply.body)
  } catch {}
  demand(content !== null && typeof content === 'object', 'the body is an object in JSON', reply)
  return content
}

export function demandNoStore(reply) {
  demand(/\bno-store\b/.test(header(reply.head, 'cache-control') ?? ''), 'cache-control is no-store', reply)
}
