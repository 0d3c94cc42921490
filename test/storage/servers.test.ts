/**
 * The database servers of these tests: what cannot start fails at once and says why, and leaves nothing behind.
 */
import { existsSync, mkdtempSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startProcess } from '../support/server-process.js'
import { embeddedPostgres } from './support/embedded-postgres.js'
import { deleteFolder, inTemporaryFolder, isOpen, prepare, type ServerUser, serverUser } from './support/sql-server.js'

const node = process.execPath
const here = { cwd: tmpdir() }
const never = () => Promise.reject(new Error('not up'))

// Each of these would be told of after 30 seconds if it were waited for.
const atOnce = { timeout: 10_000 }

describe('a server that cannot start', atOnce, () => {
  it('because its program is not there, is refused by its path', async () => {
    const program = join(tmpdir(), 'no such program')
    await expect(startProcess(program, [], here, never)).rejects.toThrow(`spawn ${program} ENOENT`)
  })

  it('because its program may not be run, is refused by its path', async () => {
    await inTemporaryFolder(undefined, async (folder) => {
      const program = join(folder, 'program')
      writeFileSync(program, '', { mode: 0o600 })
      await expect(startProcess(program, [], here, never)).rejects.toThrow(`spawn ${program} EACCES`)
      deleteFolder(folder)
    })
  })

  it('and ends, is refused with how it ended and what it said last', async () => {
    const script = 'console.log("listening?"); console.error("no space left"); process.exitCode = 3'
    const starting = startProcess(node, ['-e', script], here, never)
    await expect(starting).rejects.toThrow(/did not start: it ended with 3\n.*no space left/s)
    await expect(starting).rejects.toThrow('listening?')
  })

  it('and is killed, is refused although nothing answers whether it is up', async () => {
    const hanging = () => new Promise(() => {})
    const starting = startProcess(node, ['-e', 'process.kill(process.pid, "SIGKILL")'], here, hanging)
    await expect(starting).rejects.toThrow('it ended with SIGKILL')
  })

  it('for want of its files, is refused with all that was said when they were made', async () => {
    let left = ''
    const making = inTemporaryFolder(undefined, async (folder) => {
      left = folder
      prepare(node, ['-e', 'console.log("one"); console.error("two"); process.exitCode = 1'], folder, undefined)
    })
    await expect(making).rejects.toThrow(/two.*one/s)
    expect(existsSync(left)).toBe(false)
  })
})

const ordinary = serverUser('nobody')
// Nobody else can be tried.
if (ordinary) asRoot(ordinary)

function asRoot(user: ServerUser): void {
  describe('a server that is started by root', atOnce, () => {
    const closed = () => mkdtempSync(join(tmpdir(), 'grantwright-closed-'))
    afterEach(() => {
      vi.unstubAllEnvs()
    })

    it('runs as an account that is there, and makes none', () => {
      expect(serverUser('grantwright-no-such-account')).toEqual(user)
      expect(user.uid).not.toBe(0)
    })

    it('is refused by a plain sentence where its user may not enter the folder for temporary files', async () => {
      const folder = closed()
      vi.stubEnv('TMPDIR', folder)
      const making = inTemporaryFolder(user, async () => {})
      await expect(making).rejects.toThrow(`runs as nobody, who may not enter ${folder}. Set TMPDIR to a folder`)
      vi.unstubAllEnvs()
      // It is left empty.
      rmdirSync(folder)
    })

    it('runs from node_modules where its user may, and else from a copy that leaves the original as it was', async () => {
      await inTemporaryFolder(user, async (folder) => {
        const original = await embeddedPostgres(folder, undefined)
        const before = statSync(original.postgres)
        const { initdb, postgres } = await embeddedPostgres(folder, user)
        expect(isOpen(initdb, '-x', user)).toBe(true)
        expect(postgres.startsWith(folder)).toBe(!isOpen(original.postgres, '-x', user))
        expect(statSync(original.postgres)).toEqual(before)
        deleteFolder(folder)
      })
    })
  })
}
