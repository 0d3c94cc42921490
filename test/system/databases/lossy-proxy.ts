/**
 * A proxy in front of a server on which what a client asks for is carried out although the client never hears of it: its reply is lost, or
 * the command itself is late.
 *
 * @module
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface LossyProxy {
  readonly port: number
  /** The next reply is lost, and with it all connections; new ones are refused, until {@link LossyProxy.heal}. */
  loseReplies(): void
  /** Commands wait, and are delivered by {@link LossyProxy.heal}. */
  holdCommands(): void
  heal(): void
  stop(): Promise<void>
}

export async function startLossyProxy(target: number): Promise<LossyProxy> {
  let mode: 'pass' | 'lose' | 'refuse' | 'hold' = 'pass'
  let held: (() => void)[] = []
  const clients = new Set<Socket>()
  const proxy = createServer((client) => {
    if (mode === 'refuse') return void client.destroy()
    const server = connect(target, '127.0.0.1')
    clients.add(client)
    const end = () => {
      clients.delete(client)
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      socket.on('error', end)
      socket.on('close', end)
    }
    client.on('data', (command) => {
      if (mode === 'hold') held.push(() => server.write(command))
      else server.write(command)
    })
    server.on('data', (reply) => {
      if (mode !== 'lose') return void client.write(reply)
      mode = 'refuse'
      for (const other of clients) other.destroy()
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    // A TCP server has an AddressInfo.
    port: (proxy.address() as AddressInfo).port,
    loseReplies() {
      mode = 'lose'
    },
    holdCommands() {
      mode = 'hold'
    },
    heal() {
      mode = 'pass'
      const delivered = held
      held = []
      for (const deliver of delivered) deliver()
    },
    async stop() {
      for (const client of clients) client.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
