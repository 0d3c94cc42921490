/**
 * Runs several clients against one store in every order in which their commands can reach it. Each `get` and `replace` waits at a
 * gate; the schedule decides whose is carried out next, and whether its answer is lost: before the command took effect, or after.
 *
 * @module
 */

import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'

/** One thing that a client does, and what came of it, as text. It may remember something for the next one. */
export type Act = (storage: Storage, memory: Memory) => Promise<string>

export interface Memory {
  token: string | null
}

/** The results of each client's acts, in order. */
export type Results = readonly (readonly string[])[]

type Fate = 'carried out' | 'lost before' | 'lost after'

interface Waiting {
  readonly verb: 'get' | 'replace'
  readonly open: (fate: Fate) => void
}

/** Calls `judge` at the end of every possible schedule with at most `failures` lost answers to `replace`. */
export async function everySchedule(
  clients: readonly (readonly Act[])[],
  prepare: (storage: Storage) => Promise<void>,
  failures: number,
  judge: (results: Results, storage: Storage, failed: number) => Promise<void>,
): Promise<number> {
  let schedules = 0
  let path: number[] | null = []
  while (path) {
    const storage = memoryStorage()
    await prepare(storage)
    const { results, failed, widths } = await runOne(clients, storage, path, failures)
    if (results) {
      await judge(results, storage, failed)
      schedules++
    }
    path = nextPath(path, widths)
  }
  return schedules
}

/**
 * Follows the path, and the first choice from there on. Two reads in a row do not affect each other, so of their two orders only
 * one is followed: a run that would be the other has no results.
 */
async function runOne(
  clients: readonly (readonly Act[])[],
  storage: Storage,
  path: readonly number[],
  failures: number,
) {
  const waiting = new Map<number, Waiting>()
  const running = clients.map((acts, client) => runClient(acts, gated(storage, client, waiting)))
  const widths: number[] = []
  let failed = 0
  let lastReader = -1
  await settle()
  while (waiting.size > 0) {
    const choices = [...waiting].flatMap(([client, { verb }]) => {
      if (verb === 'get' && client < lastReader) return []
      const fates: Fate[] =
        verb === 'replace' && failed < failures ? ['carried out', 'lost before', 'lost after'] : ['carried out']
      return fates.map((fate) => ({ client, fate }))
    })
    if (choices.length === 0) return { results: null, failed, widths }
    const chosen = choices[path[widths.length] ?? 0]
    if (!chosen) throw new Error('the run is not deterministic')
    widths.push(choices.length)
    if (chosen.fate !== 'carried out') failed++
    const gate = waiting.get(chosen.client)
    waiting.delete(chosen.client)
    lastReader = gate?.verb === 'get' ? chosen.client : -1
    gate?.open(chosen.fate)
    await settle()
  }
  return { results: await Promise.all(running), failed, widths }
}

async function runClient(acts: readonly Act[], storage: Storage): Promise<string[]> {
  const memory: Memory = { token: null }
  const results: string[] = []
  for (const act of acts) results.push(await act(storage, memory))
  return results
}

function gated(storage: Storage, client: number, waiting: Map<number, Waiting>): Storage {
  const pass = (verb: Waiting['verb']) => new Promise<Fate>((open) => waiting.set(client, { verb, open }))
  return {
    ...storage,
    async get(kind, id) {
      await pass('get')
      return storage.get(kind, id)
    },
    async replace(kind, record, expected) {
      const fate = await pass('replace')
      if (fate === 'lost before') throw new Error('the connection broke')
      const answer = await storage.replace(kind, record, expected)
      if (fate === 'lost after') throw new Error('the connection broke')
      return answer
    },
  }
}

/** Until everybody waits at a gate or is done: nobody does anything but promises. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The next path in depth-first order, or null after the last. */
function nextPath(path: readonly number[], widths: readonly number[]): number[] | null {
  const taken = widths.map((_, i) => path[i] ?? 0)
  for (let i = widths.length - 1; i >= 0; i--) {
    const choice = (taken[i] ?? 0) + 1
    if (choice < (widths[i] ?? 0)) return [...taken.slice(0, i), choice]
  }
  return null
}

/** What can come of it when nobody interrupts anybody: the acts one at a time, in every order that keeps each client's own. */
export async function everySequence(
  clients: readonly (readonly Act[])[],
  prepare: (storage: Storage) => Promise<void>,
  judge: (results: Results, storage: Storage) => Promise<void>,
): Promise<void> {
  for (const order of merges(clients.map((acts) => acts.length))) {
    const storage = memoryStorage()
    await prepare(storage)
    const memories = clients.map((): Memory => ({ token: null }))
    const results: string[][] = clients.map(() => [])
    for (const client of order) {
      const done = results[client] ?? []
      const act = clients[client]?.[done.length]
      const memory = memories[client]
      if (act && memory) done.push(await act(storage, memory))
    }
    await judge(results, storage)
  }
}

function* merges(left: readonly number[]): Generator<readonly number[]> {
  if (left.every((count) => count === 0)) yield []
  for (const [client, count] of left.entries()) {
    if (count === 0) continue
    for (const rest of merges(left.with(client, count - 1))) yield [client, ...rest]
  }
}
