/**
 * Listening on this machine alone. `localhost` may mean 127.0.0.1 or ::1, as the machine is set up, so both are listened on.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { finished } from 'node:stream/promises'

/**
 * @param patience milliseconds for which a request that came before `serve` waits; then, or at `close`, it is answered with 503.
 * @throws an error with the code `EADDRINUSE` when the port is taken at either address.
 */
export async function listenOnLoopback(wanted: number, patience = 20_000) {
  const { listener, serve, giveUp } = waitingRoom(patience)
  const first = await listen(wanted, '127.0.0.1', listener)
  const { port } = first.address() as AddressInfo
  const second = await listen(port, '::1', listener).catch(async (error: NodeJS.ErrnoException) => {
    // A machine without IPv6.
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return null
    await giveUp()
    await close(first)
    throw error
  })
  const servers = second ? [first, second] : [first]
  return {
    port,
    serve,
    async close() {
      await giveUp()
      await Promise.all(servers.map(close))
    },
  }
}

/** Whoever comes while the rest is still starting waits for it, but not for ever. */
function waitingRoom(patience: number) {
  let serving: RequestListener | null = null
  const waiting = new Map<ServerResponse, () => void>()

  const listener: RequestListener = (req, res) => {
    if (serving) return serving(req, res)
    const goOn = () => {
      clearTimeout(timer)
      waiting.delete(res)
      if (serving) serving(req, res)
      // Who is still there asks again.
      else res.writeHead(503, { 'retry-after': '1', connection: 'close' }).end('The playground has not started.\n')
    }
    const timer = setTimeout(goOn, patience)
    waiting.set(res, goOn)
  }
  return {
    listener,
    serve(listener: RequestListener) {
      serving = listener
      for (const goOn of waiting.values()) goOn()
    },
    async giveUp() {
      const told = [...waiting.keys()].map((res) => finished(res).catch(() => {}))
      for (const goOn of waiting.values()) goOn()
      await Promise.all(told)
    },
  }
}

async function listen(port: number, address: string, listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(port, address)
  await once(server, 'listening')
  return server
}

async function close(server: Server): Promise<void> {
  server.close()
  // Pages that are open hold a connection for events.
  server.closeAllConnections()
  await once(server, 'close')
}
