/**
 * The MCP starter as its README has it run, out of the packed package, behind a door that writes down what goes through it.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConsumer, removeConsumer } from '../../package/consumer.js'
import { freePort } from '../../support/free-port.js'
import { init, run, start, useTarball } from '../starters/starter.js'

/** A request and its answer. */
export interface Exchange {
  /** `POST /oauth/token 200` */
  readonly line: string
  readonly query: URLSearchParams
  readonly body: string
  readonly authorization: string | undefined
  readonly answer: string
  /** Sent by a browser, and not by a client. */
  readonly browses: boolean
}

export interface RecordedStarter {
  /** Where everybody reaches it: its issuer. */
  readonly origin: string
  readonly exchanges: readonly Exchange[]
  /** What clients have sent since the last time that this was asked. */
  news(): Exchange[]
  stop(): Promise<void>
}

export async function startRecorded(): Promise<RecordedStarter> {
  const place = mkdtempSync(join(tmpdir(), 'grantwright-mcp-clients-'))
  const consumer = createConsumer([])
  const folder = join(place, 'server')
  init(consumer, 'mcp', folder)
  useTarball(consumer, folder)
  await run('npm install', folder, {}, 90)

  const [inner, port] = [await freePort(), await freePort()]
  const origin = `http://localhost:${port}`
  const env = { PORT: String(inner), ISSUER: origin }
  const server = await start('npm start', folder, env, 90)
  const exchanges: Exchange[] = []
  const door = createServer(async (incoming, outgoing) => {
    const body = await textOf(incoming)
    const { method, url = '/', headers } = incoming
    const onward = request({ host: 'localhost', port: inner, method, path: url, headers }, async (answer) => {
      const text = await textOf(answer)
      const { pathname, searchParams } = new URL(url, origin)
      exchanges.push({
        line: `${method} ${pathname} ${answer.statusCode}`,
        query: searchParams,
        body,
        authorization: headers.authorization,
        answer: text,
        browses: /^Mozilla/.test(headers['user-agent'] ?? ''),
      })
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers).end(text)
    })
    onward.once('error', () => outgoing.destroy())
    onward.end(body)
  })
  await new Promise<void>((open) => door.listen(port, 'localhost', open))

  let told = 0
  return {
    origin,
    exchanges,
    news() {
      const fresh = exchanges.slice(told).filter(({ browses }) => !browses)
      told = exchanges.length
      return fresh
    },
    async stop() {
      door.closeAllConnections()
      door.close()
      await server.stop()
      removeConsumer(consumer)
      rmSync(place, { recursive: true, force: true })
    },
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) text += chunk
  return text
}
