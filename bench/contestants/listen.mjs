/**
 * A bare listener, whose port is known before what it serves.
 *
 * @module
 */
import { createServer } from 'node:http'

/** @param {(origin: string) => Promise<(req: any, res: any) => void> | ((req: any, res: any) => void)} make */
export async function listen(make) {
  let handle = null
  const server = createServer((req, res) => handle(req, res))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const origin = `http://localhost:${port}`
  handle = await make(origin)
  return { port, origin, issuer: origin }
}
