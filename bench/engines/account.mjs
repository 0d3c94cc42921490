/**
 * Who a database server runs as. None runs as root.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { tmpdir } from 'node:os'

/**
 * As whoever runs the benchmark, or, when that is root, as `account`, else as nobody.
 *
 * @returns {{ uid?: number, gid?: number }} options of a child process
 */
export function accountFor(account) {
  if (process.getuid() !== 0) return {}
  for (const name of [account, 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error(`No database server runs as root, and there is no account ${account} or nobody.`)
}

/** @throws {Error} when `owner` does not get to it */
export function giveTo(path, owner) {
  if (owner.uid === undefined) return
  chownSync(path, owner.uid, owner.gid)
  if (spawnSync('test', ['-r', path], { ...owner, cwd: '/' }).status !== 0)
    throw new Error(
      `The account of a database server may not enter ${tmpdir()}. Set TMPDIR to a folder that every user may enter.`,
    )
}
