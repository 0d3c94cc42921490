/**
 * The folder of an app that has grantwright installed, and its command line in a process of its own. Needs dist/
 * (`npm run build`).
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

const root = resolve(import.meta.dirname, '../..')
const cli = join(root, 'dist/cli.js')

/** What a run of the command line came to. */
export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface App {
  readonly folder: string
  write(files: { readonly [path: string]: string }): void
  run(...args: string[]): Promise<Run>
  /** The output of a run with `--json` that must succeed. */
  json(...args: string[]): Promise<Json>
  remove(): void
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into it as they like
type Json = any

/** @param packages of the root's node_modules, beside grantwright. */
export function createApp(
  files: { readonly [path: string]: string },
  packages: readonly string[] = ['libsql'],
  env: { readonly [name: string]: string } = {},
): App {
  if (!existsSync(cli)) throw new Error('dist/ is missing: run `npm run build` first')
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-cli-'))
  const link = (target: string, name: string) => symlinkSync(target, join(folder, 'node_modules', name), 'junction')
  mkdirSync(join(folder, 'node_modules'))
  link(root, 'grantwright')
  for (const name of packages) link(join(root, 'node_modules', name), name)

  const write: App['write'] = (more) => {
    for (const [path, content] of Object.entries(more)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
  }
  const run: App['run'] = async (...args) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { code, stdout, stderr }
  }
  write({ 'package.json': '{ "private": true, "type": "module" }', ...files })
  return {
    folder,
    write,
    run,
    async json(...args) {
      const { code, stdout, stderr } = await run(...args, '--json')
      if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`)
      return JSON.parse(stdout)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The source of a module that exports `auth`, a server on the SQLite file auth.db. */
export const sqliteAuth = `
import { createAuthorizationServer, passwordLogin } from 'grantwright'
import { sqliteStorage } from 'grantwright/storage/sqlite'
import Database from 'libsql'

console.log('a library that talks')
export const auth = createAuthorizationServer({
  issuer: 'http://localhost:3000',
  storage: sqliteStorage(new Database('auth.db')),
  users: passwordLogin({ verify: () => null }),
  resources: { 'http://localhost:3000/api': { scopes: { 'notes:read': 'Read', 'notes:write': 'Write' } } },
  clients: [{ client_id: 'desktop', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/callback'] }],
})
`
export const reExport = "export { auth as default } from './auth.js'\n"
