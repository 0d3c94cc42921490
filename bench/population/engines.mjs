/**
 * The stores that are filled and measured.
 *
 * @module
 */
import { postgres } from './postgres.mjs'
import { redis } from './redis.mjs'
import { sqlite } from './sqlite.mjs'

/**
 * @typedef {{
 *   name: string,
 *   start(core: number): Promise<{ place: string, cpu: (() => number) | null, conditions: string, stop(): Promise<void> }>,
 *   open(place: string): Promise<{ storage: any, close(): Promise<void> }>,
 *   filler(place: string): Promise<{ insert(records: any[]): Promise<void>, done(): Promise<void> }>,
 *   settle(place: string): Promise<void>,
 *   used(place: string): Promise<number>,
 *   logged?(place: string): Promise<number>,
 *   plans(place: string, id: string): Promise<string[]>,
 *   byPrimaryKey: RegExp,
 * }} Engine `start` one of its own; `cpu` its microseconds so far, null where it has no process of its own, `conditions` its version and how it is set; `open` the storage as an app has it; `filler` of an empty one;
 *   `settle` as a database is that was not filled a moment ago; `used` bytes; `logged` bytes of its log so far, where the server does not write itself; `plans` of a get and a swap, of which each must be `byPrimaryKey`
 */

/** @type {readonly Engine[]} */
export const engines = [postgres, redis, sqlite]

/** @param {string} name @returns {Engine} */
export function engineNamed(name) {
  const found = engines.find((engine) => engine.name === name)
  if (!found)
    throw new Error(`There is no engine ${name}; there are ${engines.map((engine) => engine.name).join(', ')}.`)
  return found
}
