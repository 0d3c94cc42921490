/**
 * How old the facts about known clients are.
 *
 * @module
 */
import { factsOf } from './facts.mjs'

/**
 * Oldest first. A fact of which only the month is known is as old as the month's first day.
 *
 * @param {readonly import('./facts.mjs').KnownClient[]} clients
 * @param {string} today `2026-11-27`
 * @returns {{ client: string, fact: string, date: string, days: number }[]}
 */
export function agesOf(clients, today) {
  return clients
    .flatMap((client) =>
      factsOf(client).map(({ fact, source }) => {
        const date = source?.date ?? ''
        const days = Math.floor((Date.parse(today) - Date.parse(date)) / 86_400_000)
        return { client: client.id, fact, date, days }
      }),
    )
    .sort((a, b) => b.days - a.days)
}
