/**
 * One work: all contestants' servers are up, and every round measures each once, in another order.
 *
 * @module
 */
import { coreTimes, othersOn } from './machine.mjs'
import { startProcess } from './processes.mjs'

/**
 * @typedef {{ label: string, name: string, env?: Record<string, string>, node?: string, database?: import('./engines/all.mjs').Engine, floor?: string, what?: string,
 *   refused?: string }} Entry a contestant, or one of two builds of it; `floor` the label of its own, where it is another; `what` it is with, and its version;
 *   `refused` before it is measured
 * @typedef {{ rounds: number, connections: number, warmUp: number, firstWarmUp: number, window: number }} Times in milliseconds
 * @typedef {{ cost: number, rate: number, p50: number, p99: number, busy: number, load: number, others: number, database?: number }} Round CPU µs for each unit, units in a second,
 *   latencies in ms, which share of its core the server used, the load of its own, and others of either; CPU µs of the database for each unit
 * @typedef {{ label: string, floor?: string, what?: string, rounds: Round[], refused: string | null }} Cell
 */

/** Units that are prepared before anybody knows how fast it goes. */
const FIRST_UNITS = 1500
/** More than the window should need. */
const RESERVE = 1.3
/** Of a window, in milliseconds. */
const SHORTEST = 100

/**
 * @param {import('./works/all.mjs').Work} work
 * @param {Entry[]} entries
 * @param {{ server: number, load: number }} cores
 * @param {Times} times
 * @returns {Promise<Cell[]>}
 */
export async function measureWork(work, entries, cores, times) {
  const load = startProcess('load.mjs', cores.load, [])
  const running = []
  try {
    await load.ready()
    for (const { label, name, env, node, database, floor, what, refused = null } of entries) {
      const server = refused === null ? startProcess('serve.mjs', cores.server, [name, work.name], env, node) : null
      const one = { cell: { label, floor, what, rounds: [], refused }, server, database, target: null, rate: 0 }
      running.push(one)
      if (!server) continue
      await orRefuse(one, async () => {
        one.target = await server.ready()
      })
    }
    for (let round = 0; round < times.rounds; round++)
      for (const one of rotated(running, round))
        if (!one.cell.refused)
          await orRefuse(one, async () => {
            one.cell.rounds.push(await measureOne(work, one, load, cores, times, round))
          })
    return running.map(({ cell }) => cell)
  } finally {
    await Promise.all([load, ...running.map(({ server }) => server)].map((started) => started?.end()))
  }
}

async function orRefuse({ cell, server }, act) {
  try {
    await act()
  } catch (error) {
    // What the load sees of a server that has ended says nothing of the reason, unless the server has told it.
    cell.refused = (error.isTold ? null : await server.ended()) ?? error.message
  }
}

/** In another order for each round. @template Item @param {Item[]} list @param {number} by */
export const rotated = (list, by) => list.map((_, i) => list[(i + by) % list.length])

async function measureOne(work, one, load, cores, times, round) {
  const { server, database, target } = one
  const phase = async (milliseconds) => {
    const units = one.rate ? Math.ceil((one.rate * milliseconds * RESERVE) / 1000) : FIRST_UNITS
    const n = work.materialFor(units)
    const material = n ? await server.ask({ ask: 'prepare', n }) : null
    await load.ask({ ask: 'open', work: work.name, target, material, connections: times.connections })
    const on = [cores.server, cores.load]
    const cpuBefore = await server.ask({ ask: 'cpu' })
    const databaseBefore = database?.cpu()
    const coresBefore = coreTimes(on)
    const result = await load.ask({ ask: 'run', milliseconds })
    const cpu = (await server.ask({ ask: 'cpu' })) - cpuBefore
    // A database is on the core of the load, and none of the others.
    const others = othersOn(coresBefore, coreTimes(on), database ? [cpu] : [cpu, result.cpu])
    const ofDatabase = database && (database.cpu() - databaseBefore) / result.count
    await load.ask({ ask: 'finish' })
    const { count, took, p50, p99 } = result
    const rate = (count / took) * 1000
    // Too much prepared costs a moment, too little cuts the window short.
    one.rate = Math.max(one.rate, rate)
    const busy = (used) => used / (took * 1000)
    return { cost: cpu / count, rate, p50, p99, busy: busy(cpu), load: busy(result.cpu), others, database: ofDatabase }
  }
  const warmUp = round === 0 ? times.firstWarmUp : times.warmUp
  // What the first estimate was too low for is not all of the warm-up.
  const began = performance.now()
  for (let left = warmUp; left > 0; left = warmUp - (performance.now() - began)) await phase(Math.max(left, SHORTEST))
  return phase(times.window)
}
