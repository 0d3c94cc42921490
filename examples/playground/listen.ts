/**
 * Listening on this machine alone. `localhost` may mean 127.0.0.1 or ::1, as the machine is set up, so both are listened on.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** @throws an error with the code `EADDRINUSE` when the port is taken at either address. */
export async function listenOnLoopback(wanted: number) {
  let serve: (listener: RequestListener) => void = () => {}
  const served = new Promise<RequestListener>((resolve) => {
    serve = resolve
  })
  // Whoever comes while the rest is still starting waits for it.
  const wait: RequestListener = (req, res) => void served.then((listener) => listener(req, res))
  const first = await listen(wanted, '127.0.0.1', wait)
  const { port } = first.address() as AddressInfo
  const second = await listen(port, '::1', wait).catch(async (error: NodeJS.ErrnoException) => {
    // A machine without IPv6.
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return null
    await close(first)
    throw error
  })
  const servers = second ? [first, second] : [first]
  return {
    port,
    serve,
    async close() {
      await Promise.all(servers.map(close))
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
