/**
 * Processes with an authorization server each, driven over their IPC channels, and ended by their process.
 *
 * @module
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Answer } from './server.js'
import type { Presentation, Presented } from './worker.js'

export interface Workers {
  /** A new process, which is ready. */
  start(engine: string, place: string): Promise<Worker>
  /** Ends all that still run. */
  stop(): Promise<void>
}

export interface Worker {
  /**
   * Presents forms to the token endpoint at once, at a time in epoch milliseconds. Null when the process was gone before it
   * answered.
   */
  present(forms: readonly string[], now: number): Promise<readonly Answer[] | null>
  /** SIGKILL. Resolves when the process is gone and every answer that it sent has been read. */
  kill(): Promise<void>
}

const root = join(import.meta.dirname, '../../..')

/** Bundled, because the oldest Node that is supported runs no TypeScript; and a bundle starts faster. */
export async function prepareWorkers(): Promise<Workers> {
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-workers-'))
  const file = join(folder, 'worker.cjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'worker.ts')],
    outfile: file,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['libsql', 'pg-native'],
    // `import()` of what stays outside would not look at NODE_PATH.
    supported: { 'dynamic-import': false },
    logLevel: 'error',
  })
  const started: Promise<Worker>[] = []
  return {
    start(engine, place) {
      const worker = startWorker(file, engine, place)
      started.push(worker)
      return worker
    },
    async stop() {
      await Promise.allSettled(started.map(async (worker) => (await worker).kill()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startWorker(file: string, engine: string, place: string): Promise<Worker> {
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules') }
  const child = fork(file, [engine, place], { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  // The channel is read to its end before it is closed, also when the process is dead already.
  const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  const ready = await Promise.race([once(child, 'message'), gone.then(() => null)])
  if (!ready) throw new Error(`A worker on ${engine} ended with ${child.exitCode}.`)

  const waiting = new Map<number, (answers: readonly Answer[] | null) => void>()
  let count = 0
  const settle = (id: number, answers: readonly Answer[] | null) => {
    waiting.get(id)?.(answers)
    waiting.delete(id)
  }
  child.on('message', ({ id, answers }: Presented) => settle(id, answers))
  child.on('disconnect', () => {
    for (const id of [...waiting.keys()]) settle(id, null)
  })

  return {
    present: (forms, now) =>
      new Promise((resolve) => {
        if (!child.connected) return resolve(null)
        const presentation: Presentation = { id: count++, forms, now }
        waiting.set(presentation.id, resolve)
        // What cannot be sent any more is settled when the channel closes.
        child.send(presentation, () => {})
      }),
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
