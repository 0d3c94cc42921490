/**
 * A reverse proxy as people configure it: what is under a prefix goes on without it, /.well-known goes on as it is, and everything
 * else belongs to other apps.
 *
 * @module
 */
import { type RequestListener, request } from 'node:http'

/** `seen` gets the paths that were passed on. */
export function strippingProxy(prefix: string, target: string, seen: string[]): RequestListener {
  return (req, res) => {
    const url = req.url ?? '/'
    const isUnder = url.startsWith(`${prefix}/`)
    if (!isUnder && !url.startsWith('/.well-known/')) return res.writeHead(404).end('of another app')
    const path = isUnder ? url.slice(prefix.length) : url
    seen.push(path)
    const passed = request(target + path, { method: req.method, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(res)
    })
    return req.pipe(passed)
  }
}
