/**
 * Where a request comes from: what the adapter says, or what reverse proxies have written, as far as the operator trusts them.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import type { HttpRequest } from '../edge/message.js'
import { isLoopbackAddress } from '../edge/network.js'
import { trimOws } from '../protocol/ascii.js'

/**
 * RFC 9700 §4.13: forwarded headers count only where the operator says how many proxies append to them; what stands further
 * left was written by the client. Where none counts and one arrives, the operator is told, once.
 */
export function fromClient({ settings, advise }: Deployment): (request: HttpRequest) => HttpRequest {
  const { trustProxy } = settings
  if (trustProxy > 0) return (request) => withAddress(request, chainOf(request).at(-trustProxy) ?? '')
  let isTold = false
  return (request) => {
    const advice = isTold ? null : adviceFor(request)
    if (advice) {
      isTold = true
      advise(advice)
    }
    return request
  }
}

/** What each proxy has written into a header, the nearest last. */
function chainOf(request: HttpRequest, header = 'x-forwarded-for'): readonly string[] {
  const lines = request.headerValues(header)
  return lines.length === 0 ? lines : lines.join(',').split(',').map(trimOws)
}

const withAddress = (request: HttpRequest, address: string): HttpRequest => ({
  method: request.method,
  url: request.url,
  headerValues: (name) => request.headerValues(name),
  body: (limit) => request.body(limit),
  ready: async () => request.ready?.(),
  address: address || request.address,
  native: request.native,
})

/** What is forwarded from this machine itself, as `next dev` and other servers for development do, says nothing new. */
function adviceFor(request: HttpRequest): Parameters<Deployment['advise']>[0] | null {
  const nearest = chainOf(request).at(-1) ?? ''
  if (nearest !== '') return isLoopbackAddress(nearest) ? null : 'proxy_not_trusted'
  // RFC 7239 §4: the nearest proxy is the last here, too.
  const [, forwarded] = /(?:^|;)[ \t]*for="?([^";]*)/i.exec(chainOf(request, 'forwarded').at(-1) ?? '') ?? []
  return forwarded === undefined || isLoopbackAddress(forwarded) ? null : 'forwarded_not_read'
}
