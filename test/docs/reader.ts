/**
 * A reader of the docs: copies snippets into a folder that has the packed package, and runs them as the page says.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { transformSync } from 'esbuild'
import { createConsumer, removeConsumer } from '../package/consumer.js'
import { freePort } from '../support/free-port.js'
import { compilerOptions } from '../support/strict-compiler.js'
import { Jar } from '../system/logins/jar.js'

const root = resolve(import.meta.dirname, '../..')

/** A page as it stands, by its path from the root. */
export const pageOf = (page: string): string => readFileSync(join(root, page), 'utf8')

/** Every block of a page that begins with the name of its file, the line with the name left out. */
export function filesOf(page: string): Map<string, string> {
  const blocks = pageOf(page).matchAll(/```(?:ts|js|html)\n(?:\/\/|<!--) ([\w.-]+)(?: -->)?\n([\s\S]*?)```/g)
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]))
}

/** The blocks of a page in one language that have no name, in their order: commands, and pieces to put into a file. */
export const piecesOf = (page: string, language: string): string[] =>
  [...pageOf(page).matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter(([, is, code = '']) => is === language && !/^(\/\/|<!--) [\w.-]+\.\w+/.test(code))
    .map(([, , code = '']) => code.trim())

export interface Running {
  /** Resolves with what the pattern finds in what was printed so far or will be. Rejects when the process ends without it. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** The exit code, and all that was printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly printed: string }>
}

export class Reader {
  private readonly running: ChildProcess[] = []
  private constructor(
    readonly folder: string,
    readonly port: number,
  ) {}

  /** @param packages what the pages have installed, of the root's node_modules. @param more the same of other folders: name → path. */
  static async arrive(packages: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Reader> {
    const folder = createConsumer(packages)
    for (const [name, path] of Object.entries(more)) {
      const link = join(folder, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(path, link, 'junction')
    }
    return new Reader(folder, await freePort())
  }

  get origin(): string {
    return `http://localhost:${this.port}`
  }

  /** Writes a file, at this reader's port in place of 3000. What is TypeScript becomes JavaScript. */
  write(name: string, code: string | undefined): void {
    if (code === undefined) throw new Error(`The page has no ${name}.`)
    const here = code.replaceAll('3000', String(this.port))
    const isTyped = name.endsWith('.ts')
    const text = isTyped ? transformSync(here, { loader: 'ts', format: 'esm' }).code : here
    writeFileSync(join(this.folder, name.replace(/\.ts$/, '.js')), text)
  }

  /** Runs a line of a shell in the folder. `npx` finds what the folder has, and downloads nothing. */
  run(command: string, env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(command, {
      cwd: this.folder,
      shell: true,
      detached: true,
      env: { ...process.env, npm_config_yes: 'false', npm_config_offline: 'true', ...env },
      // Open, as that of a terminal is.
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.running.push(child)
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk))
    const ended = new Promise<{ code: number | null; printed: string }>((done) =>
      child.once('close', (code) => done({ code, printed })),
    )
    const says = (pattern: RegExp) =>
      new Promise<RegExpExecArray>((found, fail) => {
        const look = () => {
          const match = pattern.exec(printed)
          if (match) found(match)
        }
        child.stdout.on('data', look)
        child.stderr.on('data', look)
        look()
        ended.then(() => fail(new Error(`${command} ended, and never said ${pattern}: ${printed}`)))
      })
    return { says, ended }
  }

  /** The quick start of README.md with a framework. Resolves with what it printed first. */
  async quickStart(framework: 'express.mjs' | 'hono.mjs', change = (auth: string) => auth): Promise<string> {
    this.write('auth.mjs', change(filesOf('README.md').get('auth.mjs') ?? ''))
    this.write(framework, filesOf('README.md').get(framework))
    const [line] = await this.run(`node ${framework}`).says(/^.+$/m)
    return line
  }

  /** Logs in as the quick start says, and allows what is asked. Resolves with where the browser was sent. */
  async logInAndAllow(url: string, jar = new Jar(this.origin)): Promise<URL> {
    let place = await jar.open(url)
    if (place.html.includes('type="password"'))
      place = await jar.submit(place, { username: 'ada', password: 'analytical-engine' })
    if (place.status !== 0) place = await jar.submit(place, { decision: 'allow' })
    return place.url
  }

  /** What a strict compiler says to the TypeScript files of a page; the empty string when it is content. */
  async typeCheck(files: ReadonlyMap<string, string>): Promise<string> {
    const typed = [...files].filter(([name]) => name.endsWith('.ts'))
    for (const [name, code] of typed) writeFileSync(join(this.folder, name), code)
    const names = typed.map(([name]) => name)
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: names }))
    const { code, printed } = await this.run('node node_modules/typescript/bin/tsc -p .').ended
    return code === 0 ? '' : printed
  }

  leave(): void {
    for (const { pid, exitCode } of this.running) {
      // The shell has a group of its own, so that what it started ends with it.
      if (pid !== undefined && exitCode === null) endGroup(pid)
    }
    removeConsumer(this.folder)
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
