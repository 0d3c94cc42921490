/**
 * A private database server: in a temporary folder, on a free port of the loopback interface, on the core of the load, and gone at the end.
 *
 * @module
 */
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { deleteFolder, temporaryFolder, whenOver } from '../temporary.mjs'
import { accountFor, giveTo } from './account.mjs'
import { cpuOf } from './cpu.mjs'

/** Milliseconds until it has to answer, and until it has to be gone. */
const [LONGEST_START, LONGEST_END] = [30_000, 20_000]

/**
 * @typedef {{
 *   folder: string,
 *   port: number,
 *   password: string,
 *   write(name: string, text: string): string,
 *   run(command: string, args: string[]): void,
 * }} Place `write` makes a file that the server alone reads, and says where; `run` prepares something as the account of the server
 */

/**
 * @param {{
 *   core: number,
 *   program: string,
 *   package: string,
 *   account: string,
 *   settings: string,
 *   prepare(place: Place): { args: string[], url: string, signal: NodeJS.Signals },
 *   isUp(url: string): Promise<void>,
 * }} server its program and Debian's package, how it is set in words, and the signal on which it does not wait for its clients
 * @returns {Promise<import('./all.mjs').Engine>}
 */
export async function startServer({ core, program, package: debian, account, settings, prepare, isUp }) {
  if (!existsSync(program))
    throw new Error(`${program} is not here. Debian has it in the package ${debian}: apt-get install ${debian}`)
  const what = `${named(execFileSync(program, ['--version'], { encoding: 'utf8', timeout: LONGEST_END }))} (${settings})`
  const owner = accountFor(account)
  const folder = temporaryFolder()
  try {
    giveTo(folder, owner)
    const place = placeIn(folder, owner, await freePort())
    const { args, url, signal } = prepare(place)
    const { pid, end } = await started(['-c', String(core), program, ...args], { ...owner, cwd: folder }, () =>
      isUp(url),
    )
    const stop = async () => {
      await end(signal)
      deleteFolder(folder)
    }
    return { url, what, cpu: () => cpuOf(pid), stop }
  } catch (error) {
    deleteFolder(folder)
    throw error
  }
}

/** `postgres (PostgreSQL) 15.14 (Debian …)`, `… Ver 10.11.14-MariaDB-0…`, `Redis server v=7.0.15 …` */
export function named(version) {
  const name = /PostgreSQL|MariaDB|Redis/.exec(version)[0]
  return `${name} ${/\d+(\.\d+)+/.exec(version)[0]}`
}

/** Whoever else is on this machine reaches the port, too: hence a password. */
const placeIn = (folder, owner, port) => ({
  folder,
  port,
  password: randomBytes(16).toString('hex'),
  write(name, text) {
    const file = join(folder, name)
    writeFileSync(file, text, { mode: 0o600 })
    giveTo(file, owner)
    return file
  },
  run: (command, args) => void execFileSync(command, args, { ...owner, cwd: folder, stdio: 'pipe', timeout: 60_000 }),
})

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** @returns once it answers; `end` waits until it is gone */
async function started(command, options, isUp) {
  const child = spawn('taskset', command, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said = `${said}${text}`.slice(-4000)
    })
  const program = command[2]
  let why = ''
  const gone = new Promise((resolve) => {
    child.once('error', resolve)
    child.once('close', resolve)
  })
  let isGone = false
  gone.then(() => {
    isGone = true
  })
  whenOver(() => isGone || child.kill('SIGKILL'))
  const end = async (signal) => {
    child.kill(signal)
    const impatient = setTimeout(() => child.kill('SIGKILL'), LONGEST_END)
    await gone
    clearTimeout(impatient)
  }
  let isLate = false
  const late = new Promise((resolve) => setTimeout(resolve, LONGEST_START).unref()).then(() => {
    isLate = true
    throw new Error('It does not answer.')
  })
  late.catch(() => {})
  while (!isGone && !isLate) {
    try {
      await Promise.race([isUp(), late])
      return { pid: child.pid, end }
    } catch (error) {
      why = error.message
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  await end('SIGKILL')
  throw new Error(`${program} did not start. ${why}\n${said}`)
}
