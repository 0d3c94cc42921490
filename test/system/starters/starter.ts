/**
 * A starter in a folder of its own, as `npx grantwright init` of the packed package makes it, and what its README says.
 *
 * @module
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join, relative, resolve } from 'node:path'
import type { ServerUser } from '../../storage/support/sql-server.js'

export const examples = resolve(import.meta.dirname, '../../../examples')

/** What a README tells people to type, line by line. */
export function commandsOf(readme: string): readonly string[] {
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, lines = '']) => lines)
  return blocks.flatMap((lines) => lines.split('\n')).filter((line) => line.trim() !== '')
}

/** The words of a README that are set as code outside of blocks. */
export const codeIn = (readme: string): readonly string[] =>
  [...readme.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)

/** @param consumer a folder with the packed package, and the tarball beside. */
export function init(consumer: string, starter: string, folder: string): void {
  const cli = join(consumer, 'node_modules/grantwright/dist/cli.js')
  execFileSync(process.execPath, [cli, 'init', starter, folder], { timeout: 30_000 })
}

/** Makes `npm install` take the tarball, where it would ask the registry for a version that is not there yet. */
export function useTarball(consumer: string, folder: string): void {
  const tarball = readdirSync(consumer).find((name) => name.endsWith('.tgz'))
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  manifest.dependencies.grantwright = `file:${join(consumer, tarball ?? '')}`
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
}

/** Runs a line of a README to its end, as `user` if given, and returns what it printed. */
export async function run(
  line: string,
  cwd: string,
  env: Environment,
  seconds: number,
  user?: ServerUser,
): Promise<string> {
  const shell = type(line, cwd, env, user)
  const timer = setTimeout(shell.kill, seconds * 1000)
  const code = await shell.exitCode
  clearTimeout(timer)
  if (code !== 0)
    throw new Error(`\`${line}\` ended with ${code ?? `no end in ${seconds} seconds`}:\n${shell.printed()}`)
  return shell.printed()
}

export interface Running {
  /** Where it can be reached. */
  readonly url: string
  printed(): string
  stop(): Promise<void>
}

/** Runs a line that starts the server on the port of `env`, until its page is there. */
export async function start(
  line: string,
  cwd: string,
  env: Environment,
  seconds: number,
  user?: ServerUser,
): Promise<Running> {
  const shell = type(line, cwd, env, user)
  const url = `http://localhost:${env.PORT}`
  const stop = async () => {
    shell.kill()
    await shell.exitCode
  }
  for (const end = Date.now() + seconds * 1000; !shell.closed() && Date.now() < end; ) {
    const patience = AbortSignal.timeout(5000)
    if ((await fetch(url, { signal: patience }).catch(() => null))?.ok) return { url, printed: shell.printed, stop }
    await new Promise((again) => setTimeout(again, 50))
  }
  await stop()
  throw new Error(`\`${line}\` did not start within ${seconds} seconds:\n${shell.printed()}`)
}

/** What the server at `url` answers to a user name and a password: 200 when they are right, and 422 when not. */
export async function logIn(url: string, username: string, password: string): Promise<number> {
  const asked = await fetch(`${url}/oauth/apps`, { redirect: 'manual' })
  const headers = { cookie: asked.headers.getSetCookie().join('; ') }
  const page = await fetch(new URL(asked.headers.get('location') ?? '', url), { headers })
  const fields = (await page.text()).matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)
  const form = [...fields].map(([, name = '', value = '']) => [name, value])
  const body = new URLSearchParams([...form, ['username', username], ['password', password]])
  return (await fetch(`${url}/oauth/login`, { method: 'POST', headers, body, redirect: 'manual' })).status
}

/** What git keeps of a folder, or would. */
export const inRepository = (folder: string): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: folder,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(folder, file)))
    .sort()

/** What is in a folder, and in those below. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((file) => relative(folder, join(file.parentPath, file.name)))
    .sort()

/** The addresses of this machine that others in its network see, as they stand in a URL. */
export const addresses: readonly string[] = Object.values(networkInterfaces())
  .flatMap((found) => found ?? [])
  .filter(({ internal, scopeid }) => !internal && !scopeid)
  .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address))

export type Environment = { readonly [name: string]: string }

/** The environment of a person, and not of a test that npm runs. */
const own = Object.entries(process.env).filter(
  ([name]) =>
    !/^(NODE_ENV|NODE_OPTIONS|INIT_CWD|VITEST.*|npm_(package|lifecycle)_.*|npm_config_local_prefix)$/.test(name),
)
const quickNpm = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' }

/** Has a shell read a line, in a process group that ends as one. */
function type(line: string, cwd: string, env: Environment, user?: ServerUser) {
  const child = spawn('sh', ['-c', line], {
    ...user,
    cwd,
    env: { ...Object.fromEntries(own), ...quickNpm, NEXT_TELEMETRY_DISABLED: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text
    })
  }
  const kill = () => {
    // Nothing to do when it has ended by itself.
    if (child.pid !== undefined && !closed) process.kill(-child.pid, 'SIGKILL')
  }
  let closed = false
  process.once('exit', kill)
  const exitCode = once(child, 'close').then(([code]): number | null => {
    closed = true
    process.off('exit', kill)
    return code
  })
  return { exitCode, kill, printed: () => printed, closed: () => closed }
}
