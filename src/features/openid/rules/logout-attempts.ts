/**
 * When a client is told of a logout that could not be told at first. Pure.
 *
 * @module
 */

/** Milliseconds after each try that failed; the last for all that follow. */
const waits = [10_000, 60_000, 300_000, 900_000, 3_600_000, 10_800_000] as const

/** @param tries how many there were, at least one. */
export const waitAfter = (tries: number): number => waits[Math.min(tries, waits.length) - 1] ?? 10_800_000

interface Owed {
  readonly clientId: string
  readonly since: number
}

/** Which are given up of too many: of the client that is owed the most, the oldest. So one whose address is dead takes nobody else's place. */
export function tooMany<T extends Owed>(owed: readonly T[], most: number): readonly T[] {
  const excess = owed.length - most
  if (excess <= 0) return []
  const byClient = new Map<string, T[]>()
  for (const one of owed) byClient.set(one.clientId, [...(byClient.get(one.clientId) ?? []), one])
  const [largest = []] = [...byClient.values()].sort((one, other) => other.length - one.length)
  return largest.sort((one, other) => one.since - other.since).slice(0, excess)
}
