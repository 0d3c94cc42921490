/**
 * What is used of ioredis and of node-redis, and how both become one. They are known by their shape alone.
 *
 * @module
 */
import { isRecord, mistake } from '../../runtime/option-checks.js'
import type { Script } from './scripts.js'

/** `Redis` and `Cluster` of ioredis 5 and 6 fit. */
export interface IoredisClient {
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  evalsha(sha1: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  config(subcommand: 'GET', parameter: string): Promise<unknown>
}

/** What `createClient`, `createCluster` and `createClientPool` of `redis` 5 and 6 return fits. */
export interface NodeRedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  configGet(parameter: string): Promise<unknown>
}

export interface Connection {
  /** Runs a script on one key. */
  run(script: Script, key: string, args: readonly string[]): Promise<unknown>
  /** The settings whose names match a pattern. */
  settings(pattern: string): Promise<ReadonlyMap<string, string>>
}

/** @throws {TypeError} when `client` is of neither kind. */
export function connect(client: IoredisClient | NodeRedisClient): Connection {
  const isClient = isRecord(client)
  if (isClient && 'evalSha' in client) {
    return {
      run: (script, key, args) =>
        bySha(
          () => client.evalSha(script.sha, { keys: [key], arguments: [...args] }),
          () => client.eval(script.text, { keys: [key], arguments: [...args] }),
        ),
      settings: async (pattern) => toMap(await client.configGet(pattern)),
    }
  }
  if (isClient && 'evalsha' in client) {
    return {
      run: (script, key, args) =>
        bySha(
          () => client.evalsha(script.sha, 1, key, ...args),
          () => client.eval(script.text, 1, key, ...args),
        ),
      settings: async (pattern) => toMap(await client.config('GET', pattern)),
    }
  }
  throw mistake(
    'redisStorage needs a client of ioredis (new Redis(…), new Cluster(…)) or of node-redis (createClient(…), createCluster(…)).',
    client,
  )
}

/** A server that has not run the script, has restarted or was promoted gets the text, and knows it from then on. */
async function bySha(evalSha: () => Promise<unknown>, evalText: () => Promise<unknown>): Promise<unknown> {
  try {
    return await evalSha()
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return evalText()
    throw error
  }
}

/** Depending on client and protocol, CONFIG GET answers with names and values in turn, a Map or an object. */
function toMap(reply: unknown): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  if (Array.isArray(reply)) {
    for (let index = 0; index + 1 < reply.length; index += 2) map.set(String(reply[index]), String(reply[index + 1]))
    return map
  }
  const entries = reply instanceof Map ? reply : Object.entries(reply ?? {})
  for (const [name, value] of entries) map.set(String(name), String(value))
  return map
}
