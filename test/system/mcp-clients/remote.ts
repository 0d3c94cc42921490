/**
 * mcp-remote as a program starts it that knows local servers only: MCP over its standard input and output.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const program = join(import.meta.dirname, 'node_modules/mcp-remote/dist/proxy.js')

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

export class Remote {
  private readonly child: ChildProcess
  private readonly answers = new Map<number, (answer: Answer) => void>()
  private last = 0
  /** What it has told the person. */
  told = ''

  constructor(words: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [program, ...words], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.told += text
    })
    createInterface(child.stdout).on('line', (line) => {
      const answer: Answer = JSON.parse(line)
      if (answer.id !== undefined) this.answers.get(answer.id)?.(answer)
    })
    this.child = child
  }

  /** Begins a session. It may have to log in first. */
  async initialize(): Promise<void> {
    const clientInfo = { name: 'a program', version: '1.0.0' }
    await this.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo })
    this.send({ method: 'notifications/initialized' })
  }

  async tools(): Promise<string[]> {
    const { tools } = (await this.ask('tools/list')) as { tools: { name: string }[] }
    return tools.map(({ name }) => name)
  }

  async call(name: string, args: object = {}): Promise<string | undefined> {
    const result = await this.ask('tools/call', { name, arguments: args })
    return (result as { content: { text: string }[] }).content[0]?.text
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const closed = once(this.child, 'close')
    this.child.kill('SIGKILL')
    await closed
  }

  private ask(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.last
    return new Promise((resolve, reject) => {
      const end = () => reject(new Error(`mcp-remote has not answered:\n${this.told}`))
      if (this.child.exitCode !== null) return end()
      const timer = setTimeout(end, 30_000)
      this.child.once('close', end)
      this.answers.set(id, ({ result, error }) => {
        clearTimeout(timer)
        this.child.off('close', end)
        if (error) reject(new Error(error.message))
        else resolve(result)
      })
      this.send({ id, method, params })
    })
  }

  private send(message: object): void {
    this.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }
}
