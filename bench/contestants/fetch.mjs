/**
 * A listener of `node:http` for what takes a `Request` and gives a `Response`, as small as it can be.
 *
 * @module
 */

/** @param {(request: Request) => Response | Promise<Response>} handle @param {string} origin */
export const nodeListenerOf = (handle, origin) => async (req, res) => {
  try {
    const response = await handle(await requestOf(req, origin))
    const headers = {}
    for (const [name, value] of response.headers) headers[name] = value
    const cookies = response.headers.getSetCookie()
    if (cookies.length) headers['set-cookie'] = cookies
    const body = Buffer.from(await response.arrayBuffer())
    res.writeHead(response.status, { ...headers, 'content-length': body.length }).end(body)
  } catch (error) {
    res.writeHead(500).end(String(error.stack))
  }
}

async function requestOf(req, origin) {
  const { method, headers } = req
  if (method === 'GET') return new Request(origin + req.url, { method, headers })
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  return new Request(origin + req.url, { method, headers, body: Buffer.concat(chunks) })
}
