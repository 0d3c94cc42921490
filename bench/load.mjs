/**
 * The process that keeps a server busy: a number of keep-alive connections, each of which sends its next request when the answer before has come and was
 * found right.
 *
 * @module
 */

import { quantile } from './figures.mjs'
import { Connection } from './load/connection.mjs'
import { Wrong } from './load/wrong.mjs'
import { answerQuestions } from './processes.mjs'
import { workNamed } from './works/all.mjs'

let opened = null

/**
 * @typedef {{ next(): string | null, replied(reply: import('./load/connection.mjs').Reply): boolean }} Lane what one connection sends, null when nothing
 *   is left; `replied` throws when the answer is wrong, and says whether one piece of work is done
 */

/** Before the window: the connections, and what is sent on each. */
async function open({ work, target, material, connections }) {
  const begun = workNamed(work).begin({ ...target, host: `localhost:${target.port}` }, material)
  const lines = []
  for (let i = 0; i < connections; i++)
    lines.push({ connection: await Connection.open(target.port), lane: begun.lane(i, connections) })
  opened = { lines, finish: begun.finish }
}

/** The window. What was begun in it is waited for, and counted. */
async function run({ milliseconds }) {
  const latencies = []
  const before = process.cpuUsage()
  const began = performance.now()
  const until = began + milliseconds
  try {
    await Promise.all(opened.lines.map((line) => keepBusy(line, until, latencies)))
  } finally {
    // With a wrong answer all stop: the next cell is somebody else's.
    for (const { connection } of opened.lines) connection.close()
  }
  const took = performance.now() - began
  const { user, system } = process.cpuUsage(before)
  if (!latencies.length) throw new Wrong('Nothing was answered in the window.')
  const sorted = Float64Array.from(latencies).sort()
  return { count: sorted.length, took, cpu: user + system, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) }
}

function keepBusy({ connection, lane }, until, latencies) {
  return new Promise((resolve, reject) => {
    let began = 0
    const begin = () => {
      began = performance.now()
      const request = began < until ? lane.next() : null
      if (request === null) resolve()
      else connection.send(request)
    }
    connection.onError = reject
    connection.onReply = (reply) => {
      try {
        if (!lane.replied(reply)) return connection.send(lane.next())
        latencies.push(performance.now() - began)
        begin()
      } catch (error) {
        reject(error)
      }
    }
    begin()
  })
}

answerQuestions({
  open,
  run,
  /** After the window: what is looked at once it costs nobody anything. */
  finish: () => opened.finish?.(),
})
process.send({ answer: null })
