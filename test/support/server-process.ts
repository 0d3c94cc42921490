/**
 * A server of its own process, for tests. What cannot start fails at once, and says why.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ProcessOptions {
  readonly cwd: string
  /** Its whole environment. Default: that of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
}

/** Ends the process, if it still runs, and waits until it is gone. `SIGKILL` follows a gentler signal after 20 seconds. */
export type EndProcess = (signal: NodeJS.Signals) => Promise<void>

/**
 * Starts a server and waits until `isUp` resolves, for 30 seconds at most.
 *
 * @throws when it cannot be run, ends or never gets up, with what it printed last.
 */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
  isUp: () => Promise<unknown>,
): Promise<EndProcess> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  // When the run is broken off, no hook of a test runs.
  const orphaned = () => child.kill('SIGKILL')
  process.prependListener('exit', orphaned)
  child.once('exit', () => process.off('exit', orphaned))
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log = `${log}${chunk}`.slice(-4000)
    })
  }
  const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  const end: EndProcess = async (signal) => {
    if (hasEnded()) return
    const exit = once(child, 'exit')
    child.kill(signal)
    const impatient = setTimeout(() => child.kill('SIGKILL'), 20_000)
    await exit
    clearTimeout(impatient)
  }

  let lastRefusal: unknown
  let isOver = false
  const up = async () => {
    while (!isOver) {
      try {
        await isUp()
        return
      } catch (error) {
        lastRefusal = error
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
    }
  }
  let deadline: NodeJS.Timeout | undefined
  const trouble = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => reject(new Error(`it ended with ${signal ?? code}`)))
    deadline = setTimeout(() => reject(new Error(`not up in 30 seconds: ${lastRefusal}`)), 30_000)
  })
  try {
    await Promise.race([up(), trouble])
  } catch (error) {
    await end('SIGKILL')
    throw new Error(`${command} did not start: ${(error as Error).message}\n${log}`)
  } finally {
    isOver = true
    clearTimeout(deadline)
  }
  return end
}
