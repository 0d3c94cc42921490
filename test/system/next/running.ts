/**
 * Next in a process of its own.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** As {@link runNext}, to the end of the test at the latest. */
export async function startNext(cwd: string, args: readonly string[], env: { readonly [name: string]: string }) {
  const next = runNext(cwd, args, env)
  onTestFinished(next.stop)
  await next.ready
  return next
}

/**
 * Starts a script of Node. It is ready when Next says so, and ends when `stop` is called.
 *
 * @param args the script first.
 */
export function runNext(cwd: string, args: readonly string[], env: { readonly [name: string]: string }) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let told = ''
  const exited = once(child, 'exit')
  const stop = async () => {
    child.kill()
    await exited
  }
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        told += text
        if (/Ready in/.test(told)) resolve()
      })
    }
    exited.then(() => reject(new Error(`${args.join(' ')} ended after: ${told}`)))
  })
  return { ready, printed: () => told, stop }
}
