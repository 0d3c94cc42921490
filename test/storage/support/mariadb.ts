/**
 * MariaDB for tests, as it is installed on the machine.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, MysqlDialect } from 'kysely'
import { createConnection, createPool } from 'mysql2'
import { freePort } from '../../support/free-port.js'
import { inTemporaryFolder, prepare, type SqlServer, serverUser, startServer } from './sql-server.js'

export async function startInstalledMariadb(): Promise<SqlServer> {
  if (!existsSync('/usr/sbin/mariadbd')) throw new Error('MariaDB is not installed: apt-get install mariadb-server')
  const user = serverUser('mysql')
  return inTemporaryFolder(user, async (folder) => {
    const data = join(folder, 'data')
    const install = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db']
    prepare('mariadb-install-db', install, folder, user)
    const port = await freePort()
    const options = [
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 'socket')}`,
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=0',
    ]
    const isUp = () => administrate(port, 'SELECT 1')
    return sqlServer(port, await startServer('/usr/sbin/mariadbd', options, folder, user, isUp, 'SIGTERM'))
  })
}

function sqlServer(port: number, stopServer: () => Promise<void>): SqlServer {
  const open: Kysely<unknown>[] = []
  let databases = 0
  return {
    dialect: 'mysql',
    port,
    async createDatabase() {
      const name = `test_${++databases}`
      await administrate(port, `CREATE DATABASE ${name}`)
      return name
    },
    connect(database, settings = {}, config = {}) {
      const pool = createPool({ host: '127.0.0.1', port, user: 'root', database, connectionLimit: 20, ...settings })
      const db = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }), ...config })
      open.push(db)
      return db
    },
    async stop() {
      await Promise.all(open.map((db) => db.destroy()))
      await stopServer()
    },
  }
}

const administrate = (port: number, sql: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const connection = createConnection({ host: '127.0.0.1', port, user: 'root' })
    connection.on('error', () => {})
    connection.query(sql, (error) => {
      connection.destroy()
      if (error) reject(error)
      else resolve()
    })
  })
