/**
 * Circles in a graph. Of all that reach each other one circle is named, a shortest one: when it is mended, the next shows.
 *
 * @module
 */

/**
 * A shortest circle of each strongly connected part, in the order of names; among equally short ones the first by its names.
 *
 * @param {ReadonlyMap<string, readonly string[]>} graph each node and where it leads, both in the order of names
 * @returns {{ path: string[], among: number }[]} `path` ends where it begins; `among` is how many nodes reach each other here
 */
export function circlesIn(graph) {
  const ways = new Map([...graph.keys()].map((start) => [start, waysFrom(graph, start)]))
  const placed = new Set()
  const circles = []
  for (const [start, reached] of ways) {
    if (placed.has(start) || !reached.has(start)) continue
    const part = [...ways.keys()].filter((other) => reached.has(other) && ways.get(other)?.has(start))
    for (const node of part) placed.add(node)
    const paths = part.map((node) => circleThrough(ways.get(node), node))
    circles.push({ path: paths.reduce((best, path) => (path.length < best.length ? path : best)), among: part.length })
  }
  return circles
}

/**
 * What can be reached in one step or more, and from where it is reached first. So it has `start` itself when that is in a circle.
 *
 * @returns {Map<string, string>}
 */
function waysFrom(graph, start) {
  const before = new Map()
  const reached = [start]
  for (const at of reached) {
    for (const next of graph.get(at) ?? []) {
      if (before.has(next)) continue
      before.set(next, at)
      reached.push(next)
    }
  }
  return before
}

function circleThrough(before, start) {
  const path = [start]
  do path.unshift(before.get(path[0]))
  while (path[0] !== start)
  return path
}
