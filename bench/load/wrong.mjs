/**
 * A wrong answer ends the cell.
 *
 * @module
 */

export class Wrong extends Error {
  wrong = true
}

/** @param {string} what is demanded, as a clause: "the status is 200" @param {import('./connection.mjs').Reply} reply */
export function demand(is, what, reply) {
  if (!is)
    throw new Wrong(
      `It is not so that ${what}. Received:\n${reply.status} ${reply.head.trim()}\n\n${reply.body}`.slice(0, 2000),
    )
}
