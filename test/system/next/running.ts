/**
 * Next in a process of its own.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/**
 * Starts a script of Node, until Next says that it is ready. It ends with the test, or when `stop` is called.
 *
 * @param args the script first.
 */
export async function startNext(cwd: string, args: readonly string[], env: { readonly [name: string]: string }) {
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
  onTestFinished(stop)
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        told += text
        if (/Ready in/.test(told)) resolve()
      })
    }
    exited.then(() => reject(new Error(`${args.join(' ')} ended after: ${told}`)))
  })
  return { printed: () => told, stop }
}
