/**
 * The code of docs/adapters as it stands there: written to files, and run in processes of its own with the packed build.
 *
 * @module
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { vi } from 'vitest'
import { pack } from '../../../scripts/package.mjs'
import { freePort } from '../../support/free-port.js'

const folder = import.meta.dirname
/** Where the files are written, out of the sight of other checks. */
export const pages = join(folder, '.pages')

/** A page's `ts` blocks that begin with the name of their file. */
export function blocksOf(page: string): Map<string, string> {
  const text = readFileSync(join(folder, '../../../docs/adapters', page), 'utf8')
  return new Map(
    [...text.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(([, name = '', code = '']) => [name, code]),
  )
}

/** Unpacks the tarball beside the frameworks, and empties the folder of the pages. */
export function prepare(): void {
  const packed = mkdtempSync(join(tmpdir(), 'grantwright-frameworks-'))
  const installed = join(folder, 'node_modules/grantwright')
  for (const old of [installed, pages]) rmSync(old, { recursive: true, force: true })
  mkdirSync(installed)
  execFileSync('tar', ['-xzf', pack(packed), '-C', installed, '--strip-components=1'])
  rmSync(packed, { recursive: true })
}

/** A server that runs. */
export interface Running {
  readonly origin: string
  /** The requests that the authorization server has seen, and those that it is working on. */
  counts(): Promise<{ readonly seen: number; readonly pending: number }>
}

const children: ChildProcess[] = []

/** Runs the `server.ts` among `files` on a port of its own, in a process of its own. */
export async function run(name: string, files: { readonly [name: string]: string }, issuer: string): Promise<Running> {
  const place = join(pages, name)
  const port = await freePort()
  mkdirSync(place, { recursive: true })
  const write = (file: string, text: string) =>
    writeFileSync(join(place, file), transformSync(text, { loader: 'ts', format: 'esm' }).code)
  write('auth.js', readFileSync(join(folder, 'auth.ts'), 'utf8'))
  for (const [file, text] of Object.entries(files)) {
    write(file.replace(/ts$/, 'js'), text.replaceAll('3000', String(port)))
  }
  const child = fork(join(place, 'server.js'), { env: { ...process.env, ISSUER: issuer }, execArgv: [] })
  children.push(child)
  await vi.waitFor(() => isListening(port), { timeout: 20_000 })
  return {
    origin: `http://localhost:${port}`,
    async counts() {
      const told = once(child, 'message')
      child.send('counts?')
      return (await told)[0]
    },
  }
}

/** Ends every process that {@link run} has started. */
export async function stopAll(): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill()
    await once(child, 'exit')
  }
}

async function isListening(port: number): Promise<void> {
  const socket = connect(port, 'localhost')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
