/**
 * One window: what refreshes cost the servers and their database, and who else was on the cores.
 *
 * @module
 */
import { median } from '../figures.mjs'
import { coreTimes, othersOn } from '../machine.mjs'

/**
 * @typedef {{ server: number, database: number, written: number, rate: number, p50: number, p99: number, others: number, serverBusy: number, databaseBusy: number }} Window
 *   CPU µs of each for one refresh, bytes that were written for it, refreshes in a second, latencies in ms, shares of their cores
 */

/**
 * @param {import('./engines.mjs').Engine} engine
 * @param {{ place: string, cpu: (() => number) | null }} database
 * @param {{ servers: number[], database: number }} cores
 * @param {() => Promise<{ count: number, took: number, cpu: number, written: number, p50: number, p99: number }[]>} act what each of the servers has done
 * @returns {Promise<Window>}
 */
export async function windowOf(engine, { place, cpu: ofDatabase }, cores, act) {
  const all = [...cores.servers, cores.database]
  const loggedBefore = await engine.logged?.(place)
  const [coresBefore, before] = [coreTimes(all), ofDatabase?.() ?? 0]
  const done = await act()
  const [coresAfter, after] = [coreTimes(all), ofDatabase?.() ?? 0]
  const sum = (member) => done.reduce((total, one) => total + one[member], 0)
  const logged = engine.logged ? (await engine.logged(place)) - loggedBefore : sum('written')
  const [count, cpu, took] = [sum('count'), sum('cpu'), Math.max(...done.map((one) => one.took))]
  const used = after - before
  // Which of the servers was on which of their cores, nobody knows; together they are all that was there.
  const ofEach = cores.servers.map(() => cpu / cores.servers.length)
  return {
    server: cpu / count,
    database: used / count,
    written: logged / count,
    rate: (count / took) * 1000,
    p50: median(done.map((one) => one.p50)),
    p99: Math.max(...done.map((one) => one.p99)),
    serverBusy: cpu / (took * 1000 * cores.servers.length),
    databaseBusy: used / (took * 1000),
    others: othersOn(coresBefore, coresAfter, [...ofEach, used]),
  }
}
