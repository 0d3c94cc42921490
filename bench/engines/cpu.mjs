/**
 * The CPU of a server with all its processes.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { TICK } from '../machine.mjs'

/**
 * Microseconds so far. A child that has ended counts with its parent.
 *
 * @param {number} pid
 */
export const cpuOf = (pid) => ticksOf(pid, processes()) * TICK

/**
 * @param {number} pid
 * @param {{ pid: number, parent: number, ticks: number }[]} all
 * @returns {number}
 */
export function ticksOf(pid, all) {
  const own = all.find((one) => one.pid === pid)?.ticks ?? 0
  return all.filter(({ parent }) => parent === pid).reduce((sum, child) => sum + ticksOf(child.pid, all), own)
}

/** A line of /proc/<pid>/stat. The name of a program may have spaces and brackets in it. */
export function processOf(stat) {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user, system, userOfEnded, systemOfEnded] = fields.slice(11, 15)
  return { pid: Number.parseInt(stat, 10), parent: fields[1], ticks: user + system + userOfEnded + systemOfEnded }
}

function processes() {
  const found = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      found.push(processOf(readFileSync(`/proc/${name}/stat`, 'utf8')))
    } catch {
      // It has ended meanwhile.
    }
  }
  return found
}
