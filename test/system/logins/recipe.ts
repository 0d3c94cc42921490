/**
 * The code of a page in docs/users, as files in a folder of its own, and the app that they are, in a process of its own.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { transform } from 'esbuild'
import { freePort } from '../../support/free-port.js'

const root = resolve(import.meta.dirname, '../../..')

export interface Recipe {
  readonly page: string
  /** What the page says to set. */
  readonly env: Record<string, string>
  /** Code that defines verbs for {@link App.tell}: `gone(subject)`, which blocks or deletes a user, and what else a test needs. */
  readonly verbs: string
  /** Packages that stand in for others: name → the folder in this area's node_modules. */
  readonly instead?: Record<string, string>
}

/** Every `ts` block that begins with the name of its file. */
export function blocksOf(page: string): Map<string, string> {
  const text = readFileSync(join(root, 'docs/users', page), 'utf8')
  return new Map(
    [...text.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(([, name = '', code = '']) => [name, code]),
  )
}

/** A folder with what the pages install: this area's packages, the root's, and grantwright as it is built. */
export function createFolder(instead: Recipe['instead'] = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-logins-'))
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(import.meta.dirname, 'node_modules'))) {
    if (!name.startsWith('.'))
      symlinkSync(join(import.meta.dirname, 'node_modules', instead[name] ?? name), join(modules, name))
  }
  for (const name of ['hono', '@hono', 'libsql']) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  symlinkSync(root, join(modules, 'grantwright'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return folder
}

/** The app of a page, running. */
export class App {
  private constructor(
    readonly origin: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(recipe: Recipe): Promise<App> {
    const folder = createFolder(recipe.instead)
    const port = await freePort()
    for (const [name, code] of blocksOf(recipe.page)) {
      const { code: js } = await transform(code.replaceAll('3000', String(port)), { loader: 'ts', format: 'esm' })
      writeFileSync(join(folder, name.replace(/ts$/, 'js')), js)
    }
    writeFileSync(join(folder, 'main.js'), mainOf(recipe))
    const env = { ...process.env, NODE_ENV: 'development', VITEST: undefined, TEST: undefined, ...recipe.env }
    const child = fork('main.js', { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk))
    const app = new App(`http://localhost:${port}`, folder, child)
    for (let attempt = 0; attempt < 600; attempt++) {
      if (child.exitCode !== null) break
      const answer = await fetch(`${app.origin}/.well-known/oauth-authorization-server`).catch(() => null)
      if (answer?.ok) return app
      await new Promise((again) => setTimeout(again, 50))
    }
    await app.stop()
    throw new Error(`${recipe.page} did not start: ${said}`)
  }

  /** Calls `auth.users.signOut(subject)`, or one of the recipe's verbs, inside the app. Resolves with the string it returned, if any. */
  async tell(verb: string, subject: string): Promise<string> {
    const answer = once(this.child, 'message')
    this.child.send([verb, subject])
    const [{ problem, text }] = await answer
    if (problem !== undefined) throw new Error(problem)
    return text
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = once(this.child, 'exit')
      this.child.kill('SIGKILL')
      await ended
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const mainOf = ({ verbs }: Recipe) => `
import './app.js'
import { auth } from './auth.js'
const verbs = { signOut: (subject) => auth.users.signOut(subject) }
${verbs}
process.on('message', async ([verb, subject]) => {
  const told = Promise.resolve(subject).then(verbs[verb])
  process.send(await told.then((text) => ({ text: String(text) }), (problem) => ({ problem: String(problem) })))
})
process.on('disconnect', () => process.exit())
`
