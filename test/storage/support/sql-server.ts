/**
 * Database servers for tests: private ones, on a free port and a temporary folder, that are always stopped and deleted.
 *
 * @module
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely, KyselyConfig } from 'kysely'

/** A running server. Its databases are named by {@link SqlServer.createDatabase}. */
export interface SqlServer {
  readonly dialect: 'postgres' | 'mysql'
  /** A new, empty database; its name. */
  createDatabase(): Promise<string>
  /** A Kysely instance over a new pool. `settings` go to the driver's pool. It is closed when the server is stopped. */
  connect(database: string, settings?: object, config?: Partial<KyselyConfig>): Kysely<unknown>
  stop(): Promise<void>
}

/** Who a server runs as: `name` when the tests run as root, as whom no server will run. */
export interface ServerUser {
  readonly uid?: number
  readonly gid?: number
}

export function serverUser(name: string): ServerUser {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A new folder that belongs to `user`. */
export function temporaryFolder(user: ServerUser = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-db-'))
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
  return folder
}

/** Starts a server and waits until `isUp` resolves. What it returns stops it and deletes its folder. */
export async function startServer(
  command: string,
  args: readonly string[],
  folder: string,
  user: ServerUser,
  isUp: () => Promise<unknown>,
): Promise<() => Promise<void>> {
  const server = spawn(command, args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  server.stderr.on('data', (chunk) => {
    log = `${log}${chunk}`.slice(-4000)
  })
  const stop = () => stopServer(server, folder)
  for (let attempt = 1; ; attempt++) {
    try {
      await isUp()
      return stop
    } catch (error) {
      if (attempt === 300 || server.exitCode !== null || server.pid === undefined) {
        await stop()
        throw new Error(`${command} did not start (${error}):\n${log}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function stopServer(server: ChildProcess, folder: string): Promise<void> {
  if (server.pid !== undefined && server.exitCode === null && server.signalCode === null) {
    const exit = once(server, 'exit')
    server.kill('SIGINT')
    const impatient = setTimeout(() => server.kill('SIGKILL'), 20_000)
    await exit
    clearTimeout(impatient)
  }
  rmSync(folder, { recursive: true, force: true })
}
