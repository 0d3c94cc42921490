/**
 * Processes on a core of their own that are asked things, one after the other.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** Nothing that is asked takes so long. */
const LONGEST = 120_000
/** Those to whom it was connected know before whoever started it. */
const A_MOMENT = 200

/**
 * @param {string} script in this folder
 * @param {number} core
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @param {string} [node] another than this one
 * @returns `ask` sends a question and resolves to its answer; `ended` says how the process ended, null when it runs; `end`
 *   waits until it is gone
 */
export function startProcess(script, core, args, env = {}, node = process.execPath) {
  const command = ['-c', String(core), node, join(import.meta.dirname, script), ...args]
  const child = spawn('taskset', command, {
    // What a server logs of its requests costs the server alone.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  })
  let said = ''
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-4000)
  })
  let waiting = null
  const gone = new Promise((resolve) =>
    child.once('close', (code, signal) =>
      resolve(`${script} ${args.join(' ')} ended with ${signal ?? code}.\n${said}`),
    ),
  )
  gone.then((how) => waiting?.reject(new Error(how)))
  child.on('error', (error) => waiting?.reject(error))
  child.on('message', ({ answer, error }) => {
    if (error === undefined) waiting?.resolve(answer)
    else waiting?.reject(Object.assign(new Error(error.message), { wrong: error.wrong, isTold: true }))
  })
  let late
  const ask = (question) =>
    new Promise((resolve, reject) => {
      late = setTimeout(() => reject(new Error(`${script} ${args.join(' ')} does not answer.\n${said}`)), LONGEST)
      waiting = { resolve, reject }
      if (question && child.connected) child.send(question)
    }).finally(() => {
      clearTimeout(late)
    })
  return {
    ready: () => ask(null),
    ask,
    ended: () => Promise.race([gone, new Promise((resolve) => setTimeout(resolve, A_MOMENT, null))]),
    end() {
      child.kill()
      return gone
    },
  }
}

/**
 * In such a process: answers questions by the name in `ask`.
 *
 * @param {Record<string, (question: any) => any>} answers
 */
export function answerQuestions(answers) {
  process.on('message', async (question) => {
    try {
      process.send({ answer: (await answers[question.ask](question)) ?? null })
    } catch (error) {
      process.send({
        error: { message: error.wrong ? error.message : String(error.stack), wrong: error.wrong === true },
      })
    }
  })
  // Whoever asked is gone.
  process.on('disconnect', () => process.exit())
}
