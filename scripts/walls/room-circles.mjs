/**
 * Rooms stand on each other in one direction. Files that form no circle can still tie two rooms into one, when each room has a file
 * that imports one of the other's.
 *
 * @module
 */
import { circlesIn } from './circles.mjs'

const remedy = 'what both rooms need goes into a room below both'

/**
 * The room of a file: a folder directly under `src` or under `src/features`, or `adapters`, each with all that is below it. A file
 * beside such folders is a room of its own.
 *
 * @param {string} path from the repository's root
 */
export const roomOf = (path) => /^src\/((?:features\/)?[^/]+)/.exec(path)?.[1] ?? path.split('/', 1)[0]

/**
 * One line for each circle of rooms: its path, one import for each step, and what to do.
 *
 * @param {ReadonlyMap<string, readonly string[]>} imports what `importGraph` says
 * @returns {string[]}
 */
export function roomCircles(imports) {
  /** @type {Map<string, Map<string, string>>} room → each other room that it imports, with the first import that does so */
  const rooms = new Map()
  for (const [from, tos] of imports) {
    const room = roomOf(from)
    const steps = rooms.get(room) ?? new Map()
    rooms.set(room, steps)
    for (const to of tos) {
      const other = roomOf(to)
      if (other !== room && !steps.has(other)) steps.set(other, `${from} imports ${to}`)
    }
  }
  const graph = new Map([...rooms.keys()].sort().map((room) => [room, [...(rooms.get(room)?.keys() ?? [])].sort()]))
  return circlesIn(graph).map(({ path, among }) => {
    const more = among > path.length - 1 ? ` (the shortest one among ${among} rooms that reach each other)` : ''
    const steps = path.slice(1).map((to, i) => rooms.get(path[i])?.get(to))
    return `${path.join(' → ')}: rooms in a circle${more}: ${steps.join(', ')}: ${remedy}`
  })
}
