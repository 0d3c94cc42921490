/**
 * Telling of clients that do not find their way back after their connections have died unnoticed.
 *
 * @module
 */
import { sayWhenUnanswered } from '../unanswered.js'
import type { Connection } from './client.js'

/** Says at once what the client's options show, and where they show nothing, says so when an answer does not come. */
export function watched(client: object, redis: Connection): Connection {
  const shortcoming = 'evalSha' in client ? ofNodeRedis(client) : ofIoredis(client)
  if (shortcoming !== undefined) {
    console.warn(`grantwright: redisStorage: ${shortcoming} ${page}`)
    return redis
  }
  const asked = sayWhenUnanswered(
    `redisStorage got no answer within 15 seconds. A connection has died unnoticed, and unless its client has a time limit for ` +
      `silence (\`socketTimeout\`), ${outcome} ${page}`,
  )
  return {
    ...redis,
    async run(script, key, args) {
      const answered = asked()
      try {
        return await redis.run(script, key, args)
      } finally {
        answered()
      }
    },
  }
}

/** What is missing, what comes of it, and what to write; undefined when nothing is missing, or nothing can be seen. */
function ofIoredis(client: object): string | undefined {
  const options = get(client, 'options')
  if (!isObject(options)) return undefined
  const isCluster = get(client, 'isCluster') === true
  const limit = get(isCluster ? get(options, 'redisOptions') : options, 'socketTimeout')
  if (typeof limit === 'number' && limit > 0) return undefined
  const settings = '{ connectTimeout: 2000, socketTimeout: 5000, maxRetriesPerRequest: 1 }'
  return (
    `this client of ioredis has no \`socketTimeout\`: when a connection dies unnoticed, ${outcome} ` +
    `Give it \`${isCluster ? `{ redisOptions: ${settings} }` : settings}\`.`
  )
}

/** A pool does not show its options. */
function ofNodeRedis(client: object): string | undefined {
  if ('getSlotMaster' in client) {
    return (
      'the cluster client of node-redis does not notice that a connection has died as long as it is written to: then ' +
      `${outcome} Use \`Cluster\` of ioredis.`
    )
  }
  if ('idleClients' in client || !isObject(get(client, 'options'))) return undefined
  return (
    'a single client of node-redis does not notice that its connection has died as long as it is written to: then ' +
    `${outcome} Use \`createClientPool\`, with \`socketTimeout\` and \`reconnectStrategy\`.`
  )
}

const outcome = 'every request is a 503 until a restart.'

const page = 'See "When the database hangs" in docs/storage.md.'

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const get = (value: unknown, name: string): unknown => (isObject(value) ? Reflect.get(value, name) : undefined)
