/**
 * The runtimes, and how a user starts a server module on each: `bun server.ts`, `deno serve server.ts`, and a bundle in workerd.
 * The modules stand beside the node_modules in which the packed build is installed.
 *
 * @module
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { createConsumer, removeConsumer } from '../../package/consumer.js'

const here = import.meta.dirname
const installed = join(here, 'node_modules')
const modules = ['app.ts', 'suite.ts', 'server.ts', 'slow.ts'] as const
export type ServerModule = (typeof modules)[number]

/** What a module reads as `process.env.NAME`. */
export type Settings = { readonly [name in 'ISSUER' | 'PASSWORDS']?: string }

export interface Runtime {
  readonly name: string
  /** What {@link hashPassword} makes there, and undefined where it makes nothing. */
  readonly hashes: 'argon2id' | 'scrypt' | undefined
  /** Program and arguments that serve the module on a free port. */
  command(folder: string, module: ServerModule, settings: Settings): Promise<readonly [string, readonly string[]]>
}

export const bun: Runtime = {
  name: 'Bun',
  hashes: 'argon2id',
  command: async (_, module) => [join(installed, '.bin/bun'), [module]],
}

export const deno: Runtime = {
  name: 'Deno',
  hashes: 'scrypt',
  command: async (_, module) => [
    join(installed, '.bin/deno'),
    // Nothing but the settings of the test is allowed: no network beside the socket, no files, no native code.
    ['serve', '--host', '127.0.0.1', '--port', '0', '--allow-env=ISSUER,PASSWORDS', '--no-prompt', module],
  ],
}

const workerd = (flags: readonly string[]) => async (folder: string, module: ServerModule, settings: Settings) => {
  const outfile = join(folder, `${module}.${Object.values(settings).join('').replaceAll(/\W/g, '-')}.js`)
  const { ISSUER = '', PASSWORDS = '' } = settings
  // As Wrangler does it.
  await build({
    entryPoints: [join(folder, module)],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    define: { 'process.env.ISSUER': JSON.stringify(ISSUER), 'process.env.PASSWORDS': JSON.stringify(PASSWORDS) },
    logLevel: 'error',
  })
  return [process.execPath, [join(here, 'workerd.mjs'), outfile, ...flags]] as const
}

export const workers: Runtime = { name: 'workerd', hashes: undefined, command: workerd([]) }
export const nodeWorkers: Runtime = {
  name: 'workerd with nodejs_compat',
  hashes: 'scrypt',
  command: workerd(['nodejs_compat']),
}

export interface Fleet {
  /** The origin where the module listens, started when it is wanted for the first time. */
  origin(runtime: Runtime, module: ServerModule, settings: Settings): Promise<string>
  /** Runs a file of tests with the runtime's own test command, and gives what that prints. Rejects when a test fails. */
  test(program: 'bun' | 'deno', args: readonly string[], file: string): Promise<string>
  close(): Promise<void>
}

/** @param packages beside grantwright and what it depends on. */
export function openFleet(packages: readonly string[]): Fleet {
  const folder = createConsumer(packages)
  for (const module of modules) copyFileSync(join(here, module), join(folder, module))
  const origins = new Map<string, Promise<string>>()
  const children: ChildProcess[] = []

  async function start(runtime: Runtime, module: ServerModule, settings: Settings): Promise<string> {
    const [program, args] = await runtime.command(folder, module, settings)
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...settings, PORT: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    return new Promise((resolve, reject) => {
      let told = ''
      const listen = (chunk: unknown) => {
        told += String(chunk)
        const port = /http:\/\/[^/\s:]+:(\d+)/.exec(told)?.[1]
        if (port) resolve(`http://127.0.0.1:${port}`)
      }
      child.stdout.on('data', listen)
      child.stderr.on('data', listen)
      child.once('exit', () => reject(new Error(`${runtime.name} ended after: ${told}`)))
    })
  }

  return {
    origin(runtime, module, settings) {
      const key = JSON.stringify([runtime.name, module, settings])
      const origin = origins.get(key) ?? start(runtime, module, settings)
      origins.set(key, origin)
      return origin
    },
    async test(program, args, file) {
      copyFileSync(join(here, file), join(folder, file))
      const env = { ...process.env, NO_COLOR: '1' }
      const command = promisify(execFile)
      const { stdout, stderr } = await command(join(installed, '.bin', program), [...args, `./${file}`], {
        cwd: folder,
        env,
      })
      return stdout + stderr
    },
    async close() {
      for (const child of children) {
        if (child.exitCode !== null) continue
        child.kill()
        await once(child, 'exit')
      }
      removeConsumer(folder)
    },
  }
}
