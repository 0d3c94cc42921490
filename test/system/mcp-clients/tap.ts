/**
 * Stands in front of a server and notes what comes by, so that a test can say what a client really sent.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A request that came by. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** A form or a JSON object; empty where there was neither. */
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: IncomingHttpHeaders
  /** Of the answer; 0 until it is there. */
  status: number
}

export interface Tap {
  readonly origin: string
  /** Oldest first. */
  readonly seen: readonly Seen[]
  /** Those to a path, oldest first. */
  to(path: string): readonly Seen[]
  stop(): Promise<void>
}

/** @param target the port of the server behind it. */
export async function startTap(target: number): Promise<Tap> {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const { method = '', headers } = request
    const url = new URL(request.url ?? '/', 'http://tap')
    const bytes = await buffer(request)
    const one: Seen = {
      ...{ method, headers, path: url.pathname, query: Object.fromEntries(url.searchParams) },
      ...{ body: read(bytes.toString(), headers['content-type']), status: 0 },
    }
    seen.push(one)
    const onward = send({ host: 'localhost', port: target, path: request.url, method, headers }, (answer) => {
      one.status = answer.statusCode ?? 0
      response.writeHead(one.status, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    onward.end(bytes)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    seen,
    origin: `http://localhost:${port}`,
    to: (path) => seen.filter((one) => one.path === path),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function read(body: string, type = ''): Record<string, unknown> {
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body))
  return type.startsWith('application/json') && body ? JSON.parse(body) : {}
}
