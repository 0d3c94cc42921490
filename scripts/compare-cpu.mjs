/**
 * `node scripts/compare-cpu.mjs <dist before> <dist after> [--rounds 10]`: what a token request costs in CPU in two builds.
 *
 * Each round starts a fresh process for each build. It makes a server over memory, with a clock of its own, and sends plain
 * `HttpRequest`s to `server.handle`, one after the other and without a socket. After the same warm-up the two take turns of the same
 * requests, in alternating order and on the same CPU (Linux), so that what else goes on at the machine strikes both. Counted is user
 * and system time of the whole process. A round's ratio is the mean of the middle half of its turns' ratios, after / before.
 *
 * What to expect of a build compared with itself, on two cores that others keep busy: most rounds between 0.95 and 1.05, and a median
 * of ten within 0.98 and 1.02. So a median inside of that says nothing; more rounds say more. Without `taskset` the noise is about four
 * times as great. Young space is kept small, so that each turn has its share of garbage collection; full collections fall in the outer
 * half and do not count. Microseconds are to be compared within a round alone.
 *
 * Ten rounds take one to two minutes; after 18 seconds a round (three minutes for ten) no further one begins. A build finds its
 * dependencies from where it stands, so a copy must stand in a checkout: `cp -r dist .results/before`. It is a measurement and no
 * test: the exit code is always 0.
 *
 * @module
 */
import { fork, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { requestsTo } from './compare-cpu/requests.mjs'

/** How often each kind of request is sent before anything is counted. */
const WARM_UP = 600
/** Requests of a turn, and turns of each kind in a round. */
const TURN = 100
const TURNS = 40
const LONGEST_ROUND = 18_000
const LONGEST_PROCESS = 60_000
const kinds = ['refresh', 'authorize and redeem', 'client_credentials']
const usage = 'node scripts/compare-cpu.mjs <dist before> <dist after> [--rounds 10]'

/** In the process of a build: says `ready`, then answers the name of a kind with microseconds of CPU for each request of a turn. */
async function takeTurns(dist) {
  const requests = await requestsTo(dist)
  for (const kind of kinds) for (let i = 0; i < WARM_UP; i++) await requests[kind](i)
  process.on('message', async (kind) => {
    const before = process.cpuUsage()
    for (let i = 0; i < TURN; i++) await requests[kind](i)
    const { user, system } = process.cpuUsage(before)
    process.send((user + system) / TURN)
  })
  process.send('ready')
}

function startProcess(dist) {
  const execArgv = ['--max-semi-space-size=2']
  const child = fork(import.meta.filename, ['--turns-of', dist], { execArgv, timeout: LONGEST_PROCESS })
  let waiting = null
  child.on('message', (answer) => waiting?.resolve(answer))
  const fail = () => waiting?.reject(new Error(`The process of ${dist} failed, or took more than a minute.`))
  child.on('exit', fail)
  child.on('error', fail)
  const answer = () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject }
    })
  const turn = (kind) => {
    child.send(kind)
    return answer()
  }
  return { ready: answer, turn, end: () => child.kill() }
}

/** For each kind the turns, each as `{ before, after }`. */
async function playRound(dists, round) {
  const builds = {}
  try {
    for (const which of orderOf(round)) {
      builds[which] = startProcess(dists[which])
      await builds[which].ready()
    }
    const turns = kinds.map(() => [])
    for (let t = 0; t < TURNS; t++)
      for (const [k, kind] of kinds.entries()) {
        const costs = {}
        for (const which of orderOf(round + t)) costs[which] = await builds[which].turn(kind)
        turns[k].push(costs)
      }
    return turns
  } finally {
    for (const build of Object.values(builds)) build.end()
  }
}

const orderOf = (number) => (number % 2 ? ['before', 'after'] : ['after', 'before'])

/** The mean of what is left when some numbers are left out at either end. */
function middle(numbers, leftOut) {
  const kept = [...numbers].sort((a, b) => a - b).slice(leftOut, numbers.length - leftOut)
  return kept.reduce((sum, number) => sum + number, 0) / kept.length
}

/** Keeps this process, and so those that it starts, on one CPU; false where that cannot be done. */
function holdToOneCpu() {
  if (process.platform !== 'linux') return false
  const cpu = /^Cpus_allowed_list:.*?(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return spawnSync('taskset', ['-cp', cpu, String(process.pid)]).status === 0
}

async function compare(dists, rounds) {
  if (!holdToOneCpu()) console.log('Without taskset the two run on different CPUs: expect much more noise.')
  const began = performance.now()
  const print = (name, texts) => console.log(name.padEnd(7), ...texts.map((text) => text.padStart(22)))
  const ratios = kinds.map(() => [])
  print('round', kinds)
  for (let round = 1; round <= rounds && performance.now() - began < LONGEST_ROUND * rounds; round++) {
    const turns = await playRound(dists, round)
    const texts = turns.map((played, k) => {
      const half = (of) => middle(played.map(of), TURNS / 4)
      const ratio = half(({ before, after }) => after / before)
      ratios[k].push(ratio)
      return `${half((turn) => turn.before).toFixed(0)} → ${half((turn) => turn.after).toFixed(0)} µs  ${ratio.toFixed(3)}`
    })
    print(String(round), texts)
  }
  const medians = ratios.map((all) => middle(all, Math.floor((all.length - 1) / 2)))
  print(
    'median',
    medians.map((ratio) => ratio.toFixed(3)),
  )
}

async function main() {
  const options = { rounds: { type: 'string', default: '10' }, 'turns-of': { type: 'string' } }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values['turns-of']) return takeTurns(values['turns-of'])
  const [before, after] = positionals
  const rounds = Number(values.rounds)
  if (positionals.length !== 2 || !(Number.isInteger(rounds) && rounds > 0)) throw new Error(usage)
  for (const dist of positionals)
    if (!existsSync(join(dist, 'index.js'))) throw new Error(`${dist} is no build: it has no index.js.`)
  return compare({ before, after }, rounds)
}

const isChild = process.send !== undefined
await main().catch((error) => {
  console.error(error instanceof Error ? error.message : error)
  if (isChild) process.exit(1)
})
process.exitCode = 0
