/**
 * `refresher.mjs <engine> <place>`: the process that is measured. It refreshes grants in turn, some at once, and checks each answer.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { load } from '../dist.mjs'
import { quantile } from '../figures.mjs'
import { Wrong } from '../load/wrong.mjs'
import { answerQuestions } from '../processes.mjs'
import { authOver } from './auth.mjs'
import { engineNamed } from './engines.mjs'

/** Refreshes under way. */
const AT_ONCE = 8
/** Seconds between two refreshes of one grant, by the clock of the server: the lifetime of an access token. */
const BETWEEN = 600

const [name, place] = process.argv.slice(2)
const { storage } = await engineNamed(name).open(place)
const asked = { get: 0, replace: 0, other: 0 }
const { startPurging } = await load('index.js')
let clock = Date.now()
const auth = await authOver(counted(storage), () => Math.round(clock))

/** Tokens in a random order, as they were dealt; those of `at` on are the next. */
let hand = []
let at = 0

/** What is asked about grants, by verb. */
function counted(storage) {
  const verbs = ['get', 'insert', 'replace', 'remove', 'list']
  const counting =
    (verb) =>
    (kind, ...more) => {
      if (kind === 'grant') asked[verb in asked ? verb : 'other']++
      return storage[verb](kind, ...more)
    }
  return { ...storage, ...Object.fromEntries(verbs.map((verb) => [verb, counting(verb)])) }
}

/** By this process: of SQLite, which is in it. (What goes to a database is among it, too, and counted there.) */
const bytesWritten = () => Number(/^wchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))[1])

/** @param {(begun: number) => boolean} isOver */
async function refreshUntil(isOver) {
  const latencies = []
  let begun = 0
  const step = (BETWEEN * 1000) / hand.length
  const before = { ...asked }
  const written = bytesWritten()
  const cpu = process.cpuUsage()
  const began = performance.now()
  const worker = async () => {
    while (!isOver(begun)) {
      begun++
      clock += step
      const mine = at
      at = (at + 1) % hand.length
      const since = performance.now()
      hand[mine] = await auth.refresh(hand[mine])
      latencies.push(performance.now() - since)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const { user, system } = process.cpuUsage(cpu)
  const took = performance.now() - began
  const count = latencies.length
  for (const [verb, times] of [
    ['get', 1],
    ['replace', 1],
    ['other', 0],
  ])
    if (asked[verb] - before[verb] !== count * times)
      throw new Wrong(`${count} refreshes asked ${asked[verb] - before[verb]} times for ${verb} of a grant.`)
  latencies.sort((a, b) => a - b)
  return {
    ...{ count, took, cpu: user + system, written: bytesWritten() - written },
    ...{ p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
  }
}

const refreshFor = (milliseconds) => {
  const until = performance.now() + milliseconds
  return refreshUntil(() => performance.now() >= until)
}

let purging = null

/** As the server does it by itself. Resolves with its first batch, for the next window; a round lasts longer than that. */
async function beginPurging({ milliseconds }) {
  const every = Math.ceil(milliseconds / 1000) + 2
  let [begin, purged, failure] = [null, 0, null]
  const begun = new Promise((resolve) => {
    begin = resolve
  })
  const purge = async (now, limit) => {
    begin()
    const count = await storage.purge(now, limit)
    if (count < limit) failure ??= new Wrong('Nothing expired is left to purge.')
    purged += count
    return count
  }
  const onError = (error) => {
    failure ??= error
  }
  const stop = startPurging({ purge }, { every, onError })
  purging = {
    async end() {
      const deleted = purged
      await stop()
      if (failure) throw failure
      return deleted
    },
  }
  // Its timer keeps no process awake; and the database stays in use until then.
  await Promise.all([begun, refreshFor(every * 1000 - 100)])
}

answerQuestions({
  deal({ tokens, now }) {
    if (tokens.length < AT_ONCE)
      throw new Error(`${AT_ONCE} refreshes at once need as many grants, not ${tokens.length}.`)
    hand = tokens
    at = 0
    clock = Math.max(clock, now)
  },
  /** The next ones first. */
  hand: () => ({ tokens: [...hand.slice(at), ...hand.slice(0, at)], now: clock }),
  refresh: ({ n }) => refreshUntil((begun) => begun >= n),
  refreshFor: ({ milliseconds }) => refreshFor(milliseconds),
  beginPurging,
  endPurging: () => purging.end(),
})
process.send({ answer: null })
