/**
 * Private Redis servers for the tests, from Debian's package `redis-server`: on free ports of the loopback interface, with
 * their files in a temporary folder, and stopped by their process.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EndProcess, startProcess } from '../../support/server-process.js'

export interface RedisServer {
  readonly port: number
  /** Ends the process with SIGKILL, as a crash does. */
  crash(): Promise<void>
  /** Starts it again after a crash, with the files that it left. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** One server. `settings` as on its command line, such as `['--appendonly', 'yes']`. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const port = (await freePorts(1))[0] ?? 0
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-redis-'))
  const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder]
  let end: EndProcess | undefined
  const crash = async () => end?.('SIGKILL')
  const restart = async () => {
    end = await startProcess('redis-server', [...place, '--save', '', ...settings], { cwd: folder }, () =>
      answered(port, 'PING', '+PONG'),
    )
  }
  const stop = async () => {
    await crash()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await restart()
  } catch (error) {
    await stop()
    throw error
  }
  return { port, crash, restart, stop }
}

export interface RedisCluster {
  readonly ports: readonly number[]
  stop(): Promise<void>
}

/** A cluster of three masters without replicas. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const busPorts = await freePorts(3)
  const servers = await Promise.all(
    busPorts.map((port) => startRedis(['--cluster-enabled', 'yes', '--cluster-port', `${port}`])),
  )
  const ports = servers.map(({ port }) => port)
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()))
  }
  try {
    const nodes = ports.map((port) => `127.0.0.1:${port}`)
    execFileSync('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-yes'], { stdio: 'pipe' })
    for (const port of ports) await until(() => answered(port, 'CLUSTER INFO', 'cluster_state:ok'))
  } catch (error) {
    await stop()
    throw error
  }
  return { ports, stop }
}

export interface CuttingProxy {
  readonly port: number
  /** Lets `pass` replies through, then drops the next one and cuts the connection it was for. */
  cutAfter(pass: number): void
  /** Whether that has happened. */
  readonly hasCut: boolean
  stop(): Promise<void>
}

/** A proxy in front of a server, on which a reply can be lost after the server has carried out the command. */
export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  let left = Number.POSITIVE_INFINITY
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    const end = () => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', () => sockets.delete(socket))
      socket.on('close', end)
    }
    client.on('data', (command) => server.write(command))
    server.on('data', (reply) => {
      if (left-- === 0) end()
      else client.write(reply)
    })
  })
  return {
    port: await listen(proxy),
    cutAfter(pass) {
      left = pass
    },
    get hasCut() {
      return left < 0
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}

/** Ports that are all free at the same time. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(servers.map(listen))
  await Promise.all(
    servers.map((server) => {
      server.close()
      return once(server, 'close')
    }),
  )
  return ports
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server has an AddressInfo.
  return (server.address() as AddressInfo).port
}

/** Sends one command on a connection of its own. @throws when the beginning of the answer does not have `expected` in it. */
async function answered(port: number, command: string, expected: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    socket.write(`${command}\r\n`)
    const [reply] = await once(socket, 'data')
    if (!String(reply).includes(expected)) throw new Error(`${command} is answered with ${reply}`)
  } finally {
    socket.destroy()
  }
}

async function until(check: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await check()
    } catch (error) {
      if (attempt === 400) throw error
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}
