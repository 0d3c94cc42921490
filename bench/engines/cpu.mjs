/**
 * The processor time of a database server, as the kernel counts it for each of its threads.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { TICK } from '../machine.mjs'

/**
 * Of a process and all that it has started, in microseconds.
 *
 * @param {number} pid
 * @returns {number}
 */
export function cpuOf(pid) {
  const threads = threadsOf(pid)
  // Nanoseconds on a core are the first number of a thread's schedstat.
  const own = threads.reduce((sum, thread) => sum + Number(wordsOf(`/proc/${pid}/task/${thread}/schedstat`)[0] ?? 0), 0)
  const children = threads.flatMap((thread) => wordsOf(`/proc/${pid}/task/${thread}/children`))
  return children.reduce((sum, child) => sum + cpuOf(Number(child)), own / 1000 + goneOf(pid))
}

/** Of children that have ended: cutime and cstime, counted behind the name, which may have spaces. */
function goneOf(pid) {
  const stat = wordsOf(`/proc/${pid}/stat`).join(' ')
  const [cutime = 0, cstime = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number)
  return (cutime + cstime) * TICK
}

/** Nothing of a process that has ended meanwhile. */
function wordsOf(file) {
  try {
    return readFileSync(file, 'utf8').split(/\s+/).filter(Boolean)
  } catch {
    return []
  }
}

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}
