/**
 * Database servers for tests: private ones, on a free port and a temporary folder, that are always stopped and deleted.
 *
 * @module
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { lchownSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely, KyselyConfig } from 'kysely'
import { startProcess } from '../../support/server-process.js'

/** A running server. Its databases are named by {@link SqlServer.createDatabase}. */
export interface SqlServer {
  readonly dialect: 'postgres' | 'mysql'
  readonly port: number
  /** A new, empty database; its name. */
  createDatabase(): Promise<string>
  /** A Kysely instance over a new pool. `settings` go to the driver's pool. It is closed when the server is stopped. */
  connect(database: string, settings?: object, config?: Partial<KyselyConfig>): Kysely<unknown>
  stop(): Promise<void>
}

/** Another user, for a server that the tests start as root. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * Who a server runs as: as whoever runs the tests, or, when that is root, as whom no server will run, as `account`. Where
 * there is no such account, it is `nobody`: no test makes an account on somebody's machine.
 */
export function serverUser(account: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of [account, 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
    if (uid && gid) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new Error(`No database server runs as root, and there is no account ${account} or nobody. Run this as a user.`)
}

/**
 * Makes something in a new folder that belongs to `user`. When that fails, the folder is deleted.
 *
 * @throws when the folder for temporary files is closed to `user`.
 */
export async function inTemporaryFolder<Made>(
  user: ServerUser | undefined,
  make: (folder: string) => Promise<Made>,
): Promise<Made> {
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-db-'))
  folders.add(folder)
  try {
    if (user) {
      giveTo(folder, user)
      if (!isOpen(folder, '-w', user))
        throw new Error(
          `A database server that is started by root runs as ${user.name}, who may not enter ${tmpdir()}. Set TMPDIR to a folder that every user may enter.`,
        )
    }
    return await make(folder)
  } catch (error) {
    deleteFolder(folder)
    throw error
  }
}

// When the run is broken off, no hook of a test runs. Ctrl+C is sent to this process, too, and alone would end it unheard.
const folders = new Set<string>()
process.on('exit', () => folders.forEach(deleteFolder))
process.once('SIGINT', () => process.exit(130))

export function deleteFolder(folder: string): void {
  // A server that was killed still writes for a moment, and Windows is slow to let go of files.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  folders.delete(folder)
}

/** Makes a folder, and all that is in it, or a file the property of `user`. */
export function giveTo(path: string, { uid, gid }: ServerUser): void {
  lchownSync(path, uid, gid)
  if (!lstatSync(path).isDirectory()) return
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) lchownSync(join(path, name), uid, gid)
}

/** Whether `user` gets to a file and may read (`-r`), write (`-w`) or run (`-x`) it. */
export function isOpen(path: string, may: '-r' | '-w' | '-x', user: ServerUser): boolean {
  const { error, status } = spawnSync('test', [may, path], { ...user, cwd: '/', stdio: 'ignore' })
  if (error)
    throw new Error(`No database server runs as root, and nothing can be run as ${user.name}: ${error.message}`)
  return status === 0
}

/** Runs a program that prepares the folder of a server. What it says is in the error when it fails. */
export function prepare(command: string, args: readonly string[], folder: string, user: ServerUser | undefined): void {
  try {
    execFileSync(command, args, { ...user, cwd: folder, stdio: 'pipe' })
  } catch (error) {
    const { message, stdout } = error as Error & { stdout?: Buffer | null }
    throw new Error(`${message}\n${stdout ?? ''}`)
  }
}

/** Starts a server and waits until `isUp` resolves. What it returns stops it and deletes its folder. */
export async function startServer(
  command: string,
  args: readonly string[],
  folder: string,
  user: ServerUser | undefined,
  isUp: () => Promise<unknown>,
  /** What it ends on without waiting for its clients. */
  signal: NodeJS.Signals = 'SIGINT',
): Promise<() => Promise<void>> {
  const end = await startProcess(command, args, { ...user, cwd: folder }, isUp)
  return async () => {
    await end(signal)
    deleteFolder(folder)
  }
}
