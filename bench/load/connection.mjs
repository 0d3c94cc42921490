/**
 * A keep-alive connection to a server that sends one request at a time, as bytes, and hands on the answer. It is made to cost less than any server: it
 * understands what servers of `node:http` send, and nothing else.
 *
 * @module
 */
import { connect } from 'node:net'

const END = Buffer.from('\r\n\r\n')

/** @typedef {{ status: number, head: string, body: string }} Reply `head` has the header lines as they came */

export class Connection {
  /** @type {(reply: Reply) => void} */
  onReply = () => {}
  /** @type {(error: Error) => void} */
  onError = () => {}
  #socket
  #received = null

  /** @param {number} port on loopback */
  static async open(port) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new Connection(socket)
  }

  constructor(socket) {
    this.#socket = socket
    socket.on('data', (bytes) => this.#read(bytes))
    socket.on('error', (error) => this.onError(error))
    socket.on('close', () => this.onError(new Error('The server closed the connection.')))
  }

  /** @param {string} text latin1 */
  send(text) {
    this.#socket.write(text, 'latin1')
  }

  close() {
    this.onError = () => {}
    this.#socket.destroy()
  }

  #read(bytes) {
    const all = this.#received ? Buffer.concat([this.#received, bytes]) : bytes
    const reply = parseReply(all)
    this.#received = reply ? null : all
    if (reply) this.onReply(reply)
  }
}

/** @returns {Reply | null} null while something is missing */
export function parseReply(bytes) {
  const end = bytes.indexOf(END)
  if (end < 0) return null
  const head = `${bytes.latin1Slice(0, end)}\r\n`
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  const from = end + 4
  if (length) {
    const to = from + Number(length[1])
    return bytes.length < to ? null : { status, head, body: bytes.utf8Slice(from, to) }
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const body = unchunk(bytes.latin1Slice(from))
    return body === null ? null : { status, head, body }
  }
  return { status, head, body: '' }
}

/** @param {string} text latin1, so that a character is a byte */
function unchunk(text) {
  let body = ''
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at)
    if (line < 0) return null
    const size = Number.parseInt(text.slice(at, line), 16)
    const to = line + 2 + size
    if (text.length < to + 2) return null
    if (size === 0) return Buffer.from(body, 'latin1').toString()
    body += text.slice(line + 2, to)
    at = to + 2
  }
}

/** @param {string} name in lower case @returns {string | undefined} */
export function header(head, name) {
  const found = new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)
  return found?.[1]
}
