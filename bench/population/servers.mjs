/**
 * Private database servers: on a free port of the loopback interface and a core of their own, with their files in a temporary folder. They are ended,
 * and their folders deleted, with this process.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Milliseconds until a server has to be up, and until one that was asked to end is killed. */
const LONGEST = 30_000

const folders = new Set()
const children = new Set()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) deleteFolder(folder)
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

/**
 * Whom a server runs as: no database server runs as root.
 *
 * @returns {{ uid: number, gid: number } | undefined}
 */
export function serverUser(account) {
  if (process.getuid() !== 0) return undefined
  for (const name of [account, 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error(`There is no account ${account} or nobody as which the server could run.`)
}

/** @param {{ uid: number, gid: number }} [owner] */
export function temporaryFolder(owner) {
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-bench-'))
  folders.add(folder)
  if (owner) chownSync(folder, owner.uid, owner.gid)
  return folder
}

export function deleteFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  folders.delete(folder)
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** A file that `owner` alone reads. Whoever else is on this machine reaches the port, too: hence a password. */
export function secretFile(folder, name, text, owner) {
  const file = join(folder, name)
  writeFileSync(file, text, { mode: 0o600 })
  if (owner) chownSync(file, owner.uid, owner.gid)
  return file
}

/**
 * Runs a program to its end.
 *
 * @returns {string} what it said
 * @throws {Error} with that, when it fails
 */
export function runOnce(command, args, options) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8', timeout: LONGEST })
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? ''}\n${stdout ?? ''}${stderr ?? ''}`)
  return stdout
}

/**
 * @param {number} core
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, uid?: number, gid?: number, signal: NodeJS.Signals }} options `signal` is what it ends on without waiting for its clients
 * @param {() => Promise<unknown>} isUp
 * @returns {Promise<{ pid: number, stop(): Promise<void> }>} when it is up
 */
export async function startServer(core, command, args, { signal, ...options }, isUp) {
  const child = spawn('taskset', ['-c', String(core), command, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      log = `${log}${text}`.slice(-4000)
    })
  let isGone = false
  const gone = once(child, 'close').then(() => {
    isGone = true
    children.delete(child)
  })
  const stop = async () => {
    if (isGone) return
    child.kill(signal)
    const impatient = setTimeout(() => child.kill('SIGKILL'), LONGEST)
    await gone
    clearTimeout(impatient)
  }
  const until = performance.now() + LONGEST
  for (;;) {
    const refusal = await isUp().then(
      () => null,
      (error) => error,
    )
    if (refusal === null && !isGone) return { pid: child.pid, stop }
    if (isGone || performance.now() > until) {
      await stop()
      throw new Error(`${command} did not start: ${refusal?.message}\n${log}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
