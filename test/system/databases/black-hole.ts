/**
 * A proxy in front of a server that can turn into a black hole, as a network that loses its packets does: connections stay
 * open, and nothing that is sent on them is ever answered.
 *
 * @module
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface BlackHole {
  readonly port: number
  /** From now on nothing passes, on the connections that there are and on new ones. */
  swallow(): void
  /** New connections are served again. Those that there were stay dead. */
  serveNew(): void
  stop(): Promise<void>
}

export async function startBlackHole(target: number): Promise<BlackHole> {
  let isSwallowing = false
  const sockets = new Set<Socket>()
  const dead = new WeakSet<Socket>()
  const proxy = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from)
      if (isSwallowing) dead.add(from)
      from.on('data', (data) => {
        if (!dead.has(from)) to.write(data)
      })
      // The end of a connection is a packet, too.
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        if (!dead.has(from)) to.destroy()
      })
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    // A TCP server has an AddressInfo.
    port: (proxy.address() as AddressInfo).port,
    swallow() {
      isSwallowing = true
      for (const socket of sockets) dead.add(socket)
    },
    serveNew() {
      isSwallowing = false
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
