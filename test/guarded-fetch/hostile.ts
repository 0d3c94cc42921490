/**
 * An internet with bad intentions, on loopback: a name server whose answers can change from question to question, and a server with a
 * certificate for every name here, which counts who connects, and to which address.
 *
 * 127.0.0.1 stands for a public address. Everything else on loopback is as forbidden as it always is.
 *
 * @module
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, isIPv4, isIPv6, type Socket } from 'node:net'
import type { Documents, DocumentsOptions } from '../../src/guarded-fetch/contract.js'
import { documentsIn, type Surroundings } from '../../src/guarded-fetch/documents.js'
import { isPublicAddress } from '../../src/protocol/public-address.js'
import { certificateAuthority } from '../support/certificate.js'

export const PUBLIC = '127.0.0.1'
/** Where a name points that has an address which strangers do not reach. */
export const INWARD = '127.0.0.2'

export interface Hostile {
  /** The addresses of each name, for each time that it is asked for; the last ones stay. Names that are not here are not answered at all. */
  readonly names: { [name: string]: readonly (readonly string[])[] }
  /** Which names were asked for, and for which type. */
  readonly questions: string[]
  answer: (req: IncomingMessage, res: ServerResponse) => void
  /** The own address of each connection that was opened. */
  readonly connections: string[]
  /** How many of them are open. */
  readonly open: number
  readonly requests: IncomingMessage[]
  now: number
  /** The certificate of who signed the server's. */
  readonly authority: string
  readonly nameServer: string
  readonly port: number
  documents(options?: DocumentsOptions, surroundings?: Surroundings): Documents
  close(): Promise<void>
}

export const json =
  (body: unknown, headers: object = {}) =>
  (_: IncomingMessage, res: ServerResponse) => {
    res.writeHead(200, { 'content-type': 'application/json', ...headers })
    res.end(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body))
  }

const authority = certificateAuthority()
const certified = authority.issue('docs.example', 'other.example', '*.docs.example')

export async function openHostile(): Promise<Hostile> {
  const sockets = new Set<Socket>()
  const server = createServer(certified, (req, res) => {
    hostile.requests.push(req)
    hostile.answer(req, res)
  })
  server.on('connection', (socket: Socket) => {
    hostile.connections.push(socket.localAddress?.replace(/^::ffff:/, '') ?? '')
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  // On every address, so that whatever is connected to is seen.
  server.listen(0)
  const names = createSocket('udp4')
  names.on('message', (message, { port, address }) => {
    const answer = nameServed(hostile, message)
    if (answer) names.send(answer, port, address)
  })
  names.bind(0, '127.0.0.1')
  await Promise.all([once(server, 'listening'), once(names, 'listening')])

  const hostile: Hostile = {
    names: { 'docs.example': [[PUBLIC]] },
    questions: [],
    answer: json({ hello: 'world' }),
    connections: [],
    get open() {
      return sockets.size
    },
    requests: [],
    authority: authority.cert,
    nameServer: `127.0.0.1:${names.address().port}`,
    port: (server.address() as AddressInfo).port,
    now: Date.UTC(2026, 0, 15, 12),
    documents: (options = {}, surroundings = {}) =>
      documentsIn(
        {
          nameServers: [hostile.nameServer],
          isPublic: (address) => address === PUBLIC || isPublicAddress(address),
          ca: authority.cert,
          port: hostile.port,
          ...surroundings,
        },
        options,
        { now: () => hostile.now },
      ),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      names.close()
      await once(server, 'close')
    },
  }
  return hostile
}

/** RFC 1035 §4.1: one question, and the records for it. */
function nameServed({ names, questions }: Hostile, message: Buffer): Buffer | undefined {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  const name = labels.join('.').toLowerCase()
  const type = message.readUInt16BE(at + 1)
  const kind = type === 1 ? 'A' : 'AAAA'
  const asked = questions.filter((question) => question === `${kind} ${name}`).length
  questions.push(`${kind} ${name}`)
  const answers = names[name]
  if (!answers) return undefined
  const addresses = (answers[asked] ?? answers.at(-1) ?? []).filter(kind === 'A' ? isIPv4 : isIPv6)
  const header = Buffer.alloc(12)
  message.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(addresses.length, 6)
  const records = addresses.map((address) => {
    const data = bytesOf(address)
    const record = Buffer.alloc(12)
    record.writeUInt16BE(0xc00c, 0)
    record.writeUInt16BE(type, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt16BE(data.length, 10)
    return Buffer.concat([record, data])
  })
  return Buffer.concat([header, message.subarray(12, at + 5), ...records])
}

function bytesOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':') : []
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
