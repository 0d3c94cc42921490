/**
 * What a server has to refuse, sent after the window: one that looks at less than it must would do its work for less.
 *
 * @module
 */
import { Connection } from './connection.mjs'
import { demand } from './wrong.mjs'

/** @param {number} port @param {string} request @returns {Promise<import('./connection.mjs').Reply>} */
export async function answerTo(port, request) {
  const connection = await Connection.open(port)
  try {
    return await new Promise((resolve, reject) => {
      connection.onReply = resolve
      connection.onError = reject
      connection.send(request)
    })
  } finally {
    connection.close()
  }
}

/** @param {string} what is refused, as in "a used code" */
export async function demandRefused(port, what, request) {
  const reply = await answerTo(port, request)
  demand(reply.status === 400 || reply.status === 401, `${what} is refused`, reply)
}

/** @param {string} jwt @param {string} other */
export const withSignatureOf = (jwt, other) => jwt.slice(0, jwt.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))
