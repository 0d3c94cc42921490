/**
 * Postgres, the newest of Debian's packages.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { startServer } from './server.mjs'

const versions = '/usr/lib/postgresql'

/** @param {number} core @returns {Promise<import('./all.mjs').Engine>} */
export function startPostgres(core) {
  const found = existsSync(versions) ? readdirSync(versions).map(Number).filter(Boolean) : []
  const programs = join(versions, String(found.length ? Math.max(...found) : ''), 'bin')
  return startServer({
    core,
    program: join(programs, 'postgres'),
    package: 'postgresql',
    account: 'postgres',
    settings: 'its defaults, with `fsync` and `synchronous_commit` on',
    prepare({ folder, port, password, write, run }) {
      const data = join(folder, 'data')
      const access = ['-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${write('password', password)}`]
      run(join(programs, 'initdb'), ['-D', data, ...access, '--encoding=UTF8', '--locale=C'])
      const place = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=']
      return {
        args: ['-D', data, ...place.flatMap((setting) => ['-c', setting])],
        url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
        signal: 'SIGINT',
      }
    },
    async isUp(url) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
      await client.connect()
      await client.end()
    },
  })
}
