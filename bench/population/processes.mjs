/**
 * Several processes of the server on one database. Each refreshes grants of its own; or all grants go round, so that each is refreshed by one process after
 * the other, as behind a load balancer.
 *
 * @module
 */
import { rotated } from '../measure.mjs'
import { startFilled, startRefresher } from './fill.mjs'
import { windowOf } from './windows.mjs'

/** Parts of a window, between which grants that are shared are dealt anew. */
const PARTS = 6

/**
 * @param {import('./engines.mjs').Engine} engine
 * @param {{ grants: number, counts: number[] }} population `counts` of processes
 * @param {{ servers: number[], database: number }} cores
 * @param {{ rounds: number, warmUp: number, window: number }} times in milliseconds
 * @returns {Promise<{ conditions: string, rows: { processes: number, shared: boolean, cores: number, rounds: import('./windows.mjs').Window[] }[] }>}
 */
export async function measureScale(engine, { grants, counts }, cores, times) {
  const filled = await startFilled(engine, { grants }, { server: cores.servers[0], load: cores.database })
  const servers = []
  let hands = [{ tokens: filled.tokens, now: 0 }]
  try {
    for (let i = 0; i < Math.max(...counts); i++) {
      const tokens = hands.flatMap((hand) => hand.tokens)
      const server = await startRefresher(engine, { ...filled, tokens }, cores.servers[i % cores.servers.length])
      servers.push(server)
      hands = [await server.ask({ ask: 'hand' })]
    }
    const rows = counts.flatMap((processes) =>
      (processes === 1 ? [false] : [false, true]).map((shared) => ({ processes, shared, rounds: [] })),
    )
    for (let round = 0; round < times.rounds; round++)
      for (const row of rotated(rows, round)) {
        const chosen = servers.slice(0, row.processes)
        const used = cores.servers.slice(0, row.processes)
        row.cores = used.length
        hands = await deal(chosen, hands)
        await together(chosen, times.warmUp)
        const parts = []
        for (let part = 0; part < PARTS; part++) {
          if (part && row.shared) hands = await deal(chosen, await handsOf(chosen))
          const act = () => together(chosen, times.window / PARTS)
          parts.push(await windowOf(engine, filled, { servers: used, database: cores.database }, act))
        }
        row.rounds.push(meanOf(parts))
        hands = await handsOf(chosen)
      }
    return { conditions: filled.conditions, rows }
  } finally {
    await Promise.all(servers.map((server) => server.end()))
    await filled.stop()
  }
}

const together = (servers, milliseconds) =>
  Promise.all(servers.map((server) => server.ask({ ask: 'refreshFor', milliseconds })))
const handsOf = (servers) => Promise.all(servers.map((server) => server.ask({ ask: 'hand' })))

/** All tokens, what has been refreshed last to the end; each goes to the server after the one that had it. */
async function deal(servers, hands) {
  const now = Math.max(...hands.map((hand) => hand.now))
  const longest = Math.max(...hands.map(({ tokens }) => tokens.length))
  const inTurn = Array.from({ length: longest }, (_, i) => hands.map(({ tokens }) => tokens[i])).flat()
  const dealt = servers.map(() => ({ tokens: [], now }))
  for (const [i, token] of inTurn.filter((token) => token !== undefined).entries())
    dealt[(i + Math.floor(i / servers.length)) % servers.length].tokens.push(token)
  await Promise.all(servers.map((server, i) => server.ask({ ask: 'deal', ...dealt[i] })))
  return dealt
}

/** Of parts that last equally long. */
function meanOf(parts) {
  const mean = (member) => parts.reduce((sum, part) => sum + part[member], 0) / parts.length
  return Object.fromEntries(Object.keys(parts[0]).map((member) => [member, mean(member)]))
}
