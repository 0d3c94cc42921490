/**
 * A client that speaks HTTP/2, which `fetch` does not.
 *
 * @module
 */
import { once } from 'node:events'
import { type ClientHttp2Session, connect, createServer, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Http2Client {
  readonly client: ClientHttp2Session
  request(headers: object, body?: string): Promise<{ readonly headers: IncomingHttpHeaders; readonly text: string }>
}

/** A client of `origin`, until the test has finished. */
export function connectHttp2(origin: string): Http2Client {
  const client = connect(origin)
  onTestFinished(() => client.destroy())
  return {
    client,
    async request(headers, body) {
      const stream = client.request({ ...headers })
      stream.end(body)
      const [answered] = (await once(stream, 'response')) as [IncomingHttpHeaders]
      let text = ''
      for await (const chunk of stream.setEncoding('utf8')) text += chunk
      return { headers: answered, text }
    },
  }
}

/** The same for an app, on a port of its own. */
export async function serveHttp2(app: Parameters<typeof createServer>[1]): Promise<Http2Client> {
  const server = createServer({}, app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}
