/**
 * A workerd of its own for each start, without Miniflare or Wrangler around it.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Connection } from '../load/connection.mjs'
import { Wrong } from '../load/wrong.mjs'
import { install, root } from '../ready.mjs'

/** No start takes so long, in milliseconds. */
const LONGEST = 20_000
/** Where workerd says on which port it listens. */
const CONTROL = 3

/** @returns {{ version: string, date: string, binary: string }} `date` the compatibility date of the tests, from which this workerd is @throws {Error} where there is none */
export function findWorkerd() {
  const runtimes = install(join(root, 'test/system/runtimes'), 'workerd')
  const found = createRequire(join(runtimes, 'package.json'))('workerd')
  return { version: found.version, date: found.compatibilityDate, binary: found.default }
}

/**
 * From the start of the process to the whole of the first answer.
 *
 * @param {string} binary
 * @param {string} config file
 * @param {number} core
 * @param {string} request
 * @returns {Promise<{ took: number, reply: import('../load/connection.mjs').Reply }>} milliseconds
 */
export async function firstAnswer(binary, config, core, request) {
  const began = performance.now()
  const child = spawn('taskset', ['-c', String(core), binary, 'serve', config, `--control-fd=${CONTROL}`], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2000)
  })
  const gone = new Promise((resolve) => child.once('close', resolve))
  let late
  const failed = new Promise((_, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Wrong(`workerd ended.\n${said}`)))
    late = setTimeout(() => reject(new Wrong(`workerd does not answer.\n${said}`)), LONGEST)
  })
  let connection
  const answered = async () => {
    connection = await Connection.open(await portOf(child.stdio[CONTROL]))
    return new Promise((resolve, reject) => {
      connection.onError = reject
      connection.onReply = (reply) => resolve({ took: performance.now() - began, reply })
      connection.send(request)
    })
  }
  try {
    return await Promise.race([answered(), failed])
  } finally {
    clearTimeout(late)
    connection?.close()
    child.kill('SIGKILL')
    await gone
  }
}

/** @param {any} control @returns {Promise<number>} */
const portOf = (control) =>
  new Promise((resolve) => {
    let told = ''
    control.on('data', (bytes) => {
      told += bytes
      const port = /"port":(\d+)/.exec(told)?.[1]
      if (port) resolve(Number(port))
    })
  })
