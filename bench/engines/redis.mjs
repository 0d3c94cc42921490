/**
 * Redis of Debian's package, which by itself would forget what it has not saved yet: here every write is in its log before it is answered.
 *
 * @module
 */
import { Redis } from 'ioredis'
import { startServer } from './server.mjs'

/** @param {number} core @returns {Promise<import('./all.mjs').Engine>} */
export const startRedis = (core) =>
  startServer({
    core,
    program: '/usr/bin/redis-server',
    package: 'redis-server',
    account: 'redis',
    settings: '`appendonly yes`, `appendfsync always`, no snapshots, its log not rewritten during the run',
    prepare({ folder, port, password, write }) {
      const settings = [
        'appendonly yes',
        'appendfsync always',
        'save ""',
        'auto-aof-rewrite-percentage 0',
        `requirepass ${password}`,
      ]
      const place = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`]
      return {
        args: [write('redis.conf', [...place, ...settings, ''].join('\n'))],
        url: `redis://:${password}@127.0.0.1:${port}`,
        signal: 'SIGTERM',
      }
    },
    async isUp(url) {
      const client = new Redis(url, {
        lazyConnect: true,
        connectTimeout: 2000,
        commandTimeout: 2000,
        retryStrategy: () => null,
      })
      client.on('error', () => {})
      try {
        await client.connect()
        await client.ping()
      } finally {
        client.disconnect()
      }
    },
  })
