/**
 * A client that writes to the socket itself, for what `fetch` cannot be made to send.
 *
 * @module
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Connects and sends `lines`, an empty line, and `body`. */
export async function open(port: number, lines: readonly string[], body: string | Buffer = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  if (body.length > 0) socket.write(body)
  return socket
}

/** The first answer that comes, as text, when its status line and headers and what came with them are there. */
export async function answer(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (text.includes('\r\n\r\n')) return text
  }
  throw new Error(`the connection was closed after: ${text}`)
}

/** Sends a request and returns the answer. */
export async function exchange(port: number, lines: readonly string[], body = ''): Promise<string> {
  const socket = await open(port, [...lines, 'Host: localhost', `Content-Length: ${Buffer.byteLength(body)}`], body)
  try {
    return await answer(socket)
  } finally {
    socket.destroy()
  }
}
