/**
 * Somebody with Gemini CLI: the folder that is their home, the terminal in which they type, and the browser that it opens.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { vi } from 'vitest'

/** What is used of a pseudo-terminal. */
interface Terminal {
  readonly pid: number
  onData(listener: (text: string) => void): void
  onExit(listener: () => void): void
  write(text: string): void
}

// The packages of this area are not there when everything is type-checked.
const { spawn } = createRequire(import.meta.url)('@lydell/node-pty') as {
  spawn(file: string, args: readonly string[], options: object): Terminal
}
const program = join(import.meta.dirname, 'node_modules/@google/gemini-cli/bundle/gemini.js')

/** Puts the address where the test finds it, whole or not at all. */
const browser = '#!/bin/sh\nprintf %s "$1" >"$HOME/opening" && mv "$HOME/opening" "$HOME/opened"\n'

/** What Gemini CLI keeps of a login. */
export interface Kept {
  readonly clientId: string
  readonly token: { readonly accessToken: string; readonly refreshToken: string; readonly expiresAt: number }
}

/** A session in the terminal. */
export interface Session {
  /** Types a command, and sends it. */
  type(command: string): Promise<void>
  /** Resolves when this stands in what was printed since the last line was sent, or since the start. */
  says(pattern: RegExp): Promise<void>
  /** Answers yes to the question that is shown, and resolves with the address at which the browser was opened. */
  opens(): Promise<string>
  end(): Promise<void>
}

export class GeminiUser {
  private readonly home = mkdtempSync(join(tmpdir(), 'grantwright-gemini-'))
  private readonly sessions: Session[] = []
  /** What it has asked the world outside of this machine. */
  readonly asked: string[] = []
  private readonly outside = createServer((request, response) => {
    this.asked.push(String(request.url))
    response.writeHead(502).end()
  }).on('connect', (request, socket) => {
    this.asked.push(String(request.url))
    socket.destroy()
  })

  private constructor(
    endpoint: string,
    private readonly model: string,
  ) {
    for (const folder of ['.gemini', 'bin', 'work']) mkdirSync(join(this.home, folder))
    writeFileSync(join(this.home, 'bin/xdg-open'), browser, { mode: 0o755 })
    const settings = {
      mcpServers: { notes: { httpUrl: endpoint } },
      model: { name: 'gemini-2.5-flash' },
      security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
    }
    writeFileSync(join(this.home, '.gemini/settings.json'), JSON.stringify(settings))
  }

  /** @param endpoint the MCP server. @param model the stand-in for the model. */
  static async arrive(endpoint: string, model: string): Promise<GeminiUser> {
    const user = new GeminiUser(endpoint, model)
    user.outside.listen(0, '127.0.0.1')
    await once(user.outside, 'listening')
    return user
  }

  /** What it keeps; undefined when it has forgotten everything. */
  get kept(): Kept | undefined {
    return existsSync(this.keeps) ? JSON.parse(readFileSync(this.keeps, 'utf8'))[0] : undefined
  }

  /** Makes it believe that its access token ends in so many seconds. */
  endsIn(seconds: number): void {
    const { kept } = this
    if (!kept) throw new Error('Nothing is kept.')
    const token = { ...kept.token, expiresAt: Date.now() + seconds * 1000 }
    writeFileSync(this.keeps, JSON.stringify([{ ...kept, token }]))
  }

  /** Runs it without a terminal, and resolves with what it wrote. */
  run(...args: string[]): Promise<string> {
    return new Promise((done, fail) => {
      const options = { cwd: join(this.home, 'work'), env: this.env, timeout: 60_000, killSignal: 'SIGKILL' } as const
      const child = execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) =>
        error ? fail(new Error(`${error.message}\n${stdout}\n${stderr}`)) : done(stdout),
      )
      child.stdin?.end()
    })
  }

  /** Has it call a tool of the server, and resolves with what the model heard of that. */
  call = (tool: string, args: object = {}): Promise<string> =>
    this.run('--approval-mode', 'yolo', '-p', `Call mcp_notes_${tool} with ${JSON.stringify(args)}`)

  /** Starts it in a terminal. */
  async start(): Promise<Session> {
    const options = { cols: 160, rows: 50, cwd: join(this.home, 'work'), env: this.env }
    const terminal = spawn(process.execPath, [program], options)
    const opened = join(this.home, 'opened')
    let printed = ''
    let isOver = false
    terminal.onData((text) => (printed += text))
    const over = new Promise<void>((done) =>
      terminal.onExit(() => {
        isOver = true
        done()
      }),
    )
    const text = () => stripVTControlCharacters(printed)
    const says = (pattern: RegExp) =>
      vi.waitFor(
        () => {
          if (!pattern.test(text())) throw new Error(`It has not said ${pattern}, but:\n${text().slice(-4000)}`)
        },
        { timeout: 30_000, interval: 50 },
      )
    const session: Session = {
      says,
      async type(command) {
        printed = ''
        terminal.write('/')
        // Before it knows its commands it takes them for questions to the model.
        await says(/Show version info/)
        terminal.write(`${command.slice(1)} `)
        // Enter takes a suggestion, where one is shown; after the space there is none.
        await vi.waitFor(
          () => {
            const shown = text().split(`> ${command}`)
            if (shown.length < 2 || !/^\s*workspace \(/.test(shown.at(-1) ?? ''))
              throw new Error(`${command} does not stand there alone:\n${text().slice(-4000)}`)
          },
          { timeout: 30_000, interval: 50 },
        )
        printed = ''
        // Enter right after a letter counts as pasted; the key End before it does not.
        terminal.write('\x1b[F\r')
      },
      async opens() {
        await says(/Do you want to continue\?/)
        await vi.waitFor(
          () => {
            if (existsSync(opened)) return
            // Once more where it came before the question was listening; elsewhere it does nothing.
            terminal.write('\r')
            throw new Error(`No browser was opened:\n${text().slice(-4000)}`)
          },
          { timeout: 30_000, interval: 1000 },
        )
        const url = readFileSync(opened, 'utf8')
        rmSync(opened)
        return url
      },
      async end() {
        // It has started itself once more, in the same process group.
        if (!isOver) process.kill(-terminal.pid, 'SIGKILL')
        await over
      },
    }
    this.sessions.push(session)
    await says(/Type your message/)
    return session
  }

  async leave(): Promise<void> {
    for (const session of this.sessions) await session.end()
    this.outside.closeAllConnections()
    this.outside.close()
    rmSync(this.home, { recursive: true, force: true })
  }

  private get keeps(): string {
    return join(this.home, '.gemini/mcp-oauth-tokens.json')
  }

  /** Of a person, and not of a test. */
  private get env(): Record<string, string> {
    const outside = `http://127.0.0.1:${(this.outside.address() as AddressInfo).port}`
    return {
      PATH: `${join(this.home, 'bin')}:${process.env.PATH}`,
      HOME: this.home,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      GEMINI_API_KEY: 'made-up',
      GOOGLE_GEMINI_BASE_URL: this.model,
      HTTP_PROXY: outside,
      HTTPS_PROXY: outside,
      NO_PROXY: 'localhost,127.0.0.1',
    }
  }
}
