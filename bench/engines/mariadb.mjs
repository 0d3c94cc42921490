/**
 * MariaDB of Debian's package.
 *
 * @module
 */
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { startServer } from './server.mjs'

/** @param {number} core @returns {Promise<import('./all.mjs').Engine>} */
export const startMariadb = (core) =>
  startServer({
    core,
    program: '/usr/sbin/mariadbd',
    package: 'mariadb-server',
    account: 'mysql',
    settings: 'its defaults, with `innodb_flush_log_at_trx_commit=1`',
    prepare({ folder, port, password, write, run }) {
      const files = [`--datadir=${join(folder, 'data')}`, `--tmpdir=${folder}`]
      run('mariadb-install-db', ['--no-defaults', ...files, '--skip-test-db'])
      const statements = [
        'CREATE DATABASE bench',
        `CREATE USER bench@localhost IDENTIFIED BY '${password}'`,
        'GRANT ALL ON bench.* TO bench@localhost',
      ]
      const first = write('first.sql', statements.map((statement) => `${statement};\n`).join(''))
      const place = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`]
      return {
        args: ['--no-defaults', ...files, ...place, `--init-file=${first}`],
        url: `mysql://bench:${password}@127.0.0.1:${port}/bench`,
        signal: 'SIGTERM',
      }
    },
    async isUp(url) {
      const connection = await createConnection({ uri: url, connectTimeout: 2000 })
      await connection.end()
    },
  })
