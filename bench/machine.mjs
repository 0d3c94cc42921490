/**
 * The two cores of a run, and who else uses them.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import os from 'node:os'

/** Microseconds of a tick of /proc/stat: USER_HZ is 100 wherever Node runs. */
export const TICK = 10_000

/**
 * One core for the server and one for the load, not two threads of one where that can be seen.
 *
 * @returns {{ server: number, load: number }}
 * @throws {Error} when the machine cannot do that, with the reason
 */
export function chooseCores() {
  if (spawnSync('taskset', ['-c', '-p', String(process.pid)]).status !== 0)
    throw new Error(
      'The benchmark keeps server and load on a core each by `taskset`, which is not here: it needs Linux with util-linux.',
    )
  const allowed = allowedCores()
  if (allowed.length < 2)
    throw new Error(
      `The benchmark needs two cores, one for the server and one for the load; this process may use ${allowed.length}.`,
    )
  const [server] = allowed
  const siblings = siblingsOf(server)
  return { server, load: allowed.find((core) => core !== server && !siblings.includes(core)) ?? allowed[1] }
}

/** Those that this process may use. */
export function allowedCores() {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return coresOf(list)
}

function siblingsOf(core) {
  try {
    return coresOf(readFileSync(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`, 'utf8').trim())
  } catch {
    return []
  }
}

/** `0-2,5` */
const coresOf = (list) =>
  list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })

/**
 * Microseconds for which somebody has run on a core so far. Interrupts are left out, because what the network costs is counted there for whoever
 * sends; what a hypervisor took away is not.
 *
 * @returns {{ used: number, at: number }[]} for each core
 */
export function coreTimes(cores) {
  const at = performance.now()
  const lines = procStat()
  return cores.map((core) => {
    if (!lines) {
      const { user, nice, sys } = os.cpus()[core].times
      return { used: (user + nice + sys) * 1000, at }
    }
    const [user, nice, system, , , , , steal] = lines[core]
    return { used: (user + nice + system + steal) * TICK, at }
  })
}

function procStat() {
  try {
    const lines = {}
    for (const [, core, numbers] of readFileSync('/proc/stat', 'utf8').matchAll(/^cpu(\d+) (.*)$/gm))
      lines[core] = numbers.trim().split(' ').map(Number)
    return lines
  } catch {
    return null
  }
}

/**
 * The share of a core that others had, on the worst of those whose own use is known.
 *
 * @param {{ used: number, at: number }[]} before
 * @param {{ used: number, at: number }[]} after
 * @param {number[]} own microseconds of our own process on each, in the same order
 */
export const othersOn = (before, after, own) =>
  Math.max(0, ...own.map((ours, i) => (after[i].used - before[i].used - ours) / ((after[i].at - before[i].at) * 1000)))

export const machine = () => ({
  node: process.version,
  cpu: os.cpus()[0]?.model ?? 'unknown',
  cores: os.availableParallelism(),
  kernel: `${os.type()} ${os.release()}`,
})
