/**
 * A way out to hosts that somebody else chose: their addresses are looked up and judged, and the connection is opened to one of just
 * these. Nothing resolves the name again, and no proxy of the environment is asked, which would resolve it by itself.
 *
 * `node:https` writes the request and reads the answer; the socket below it is made here. So it does not matter how the runtime treats
 * `lookup` and `agent` (with `agent: false`, Node.js takes no socket from anybody, and Deno asks a proxy).
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { alarm } from './deadline.js'
import { utf8 } from './hash.js'

/** Where a name leads. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>

export interface PinnedFetchOptions {
  /** Throws for a host that must not be connected to. Told all addresses that were found for it. */
  readonly judge: (url: URL, addresses: readonly string[]) => void
  readonly resolve: (url: URL) => Resolve
  /** A certificate to trust in place of those of the runtime, for tests. */
  readonly ca?: string | undefined
  /** Connect to this port where a URL means 443, for tests. */
  readonly port?: number | undefined
}

// The Edge runtime of Next.js has a `process` as well, on which this name throws.
const builtin = 'EdgeRuntime' in globalThis ? undefined : globalThis.process?.getBuiltinModule
const userAgent = globalThis.navigator?.userAgent ?? 'Node.js'

// Tried on each. Workers have these modules as well, and connect by name whatever they are told. Node.js 20 has no user agent.
const node =
  builtin && /^(Node\.js|Bun|Deno)(\/|$)/.test(userAgent)
    ? {
        dns: builtin('node:dns'),
        http: builtin('node:http'),
        https: builtin('node:https'),
        net: builtin('node:net'),
        tls: builtin('node:tls'),
      }
    : undefined

/** Whether this runtime connects to an address that it is given, and checks the certificate for another name. */
export const canPin: boolean = node !== undefined

/**
 * The addresses of a host by the DNS, A and AAAA. Names that only this machine or its network knows (its hosts file, search domains) are
 * not found. It waits in no thread, so slow name servers keep nobody from hashing or signing.
 *
 * @param servers in place of those of the machine.
 */
export const resolverInDns =
  (servers?: readonly string[]): Resolve =>
  async (host, signal) => {
    const resolver = new (modules().dns.promises.Resolver)({ timeout: 1_500, tries: 2 })
    if (servers) resolver.setServers(servers)
    signal.addEventListener('abort', () => resolver.cancel(), { once: true })
    const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const addresses = found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    const [failed] = found.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
    if (addresses.length === 0) throw failed ?? new Error('no address')
    return addresses
  }

/** The addresses of a host as programs on this machine find them. */
export const resolveHere: Resolve = async (host) => {
  const found = await modules().dns.promises.lookup(host, { all: true })
  return found.map(({ address }) => address)
}

/** GETs a URL, or POSTs a text, and follows no redirect. Rejects when `signal` is aborted, also while the body is read. */
export function pinnedFetch(options: PinnedFetchOptions): (url: string, init: RequestInit) => Promise<Response> {
  return async (text, { method = 'GET', headers, body, signal: given }) => {
    const url = new URL(text)
    const signal = given ?? new AbortController().signal
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const addresses = modules().net.isIP(host) ? [host] : await options.resolve(url)(host, signal)
    options.judge(url, addresses)
    const socket = await connectToOne(inOrder(addresses), url, options, signal)
    return request(
      url,
      { method, headers: new Headers(headers), body: typeof body === 'string' ? body : '' },
      socket,
      signal,
    )
  }
}

/** IPv4 first: a machine whose IPv6 leads nowhere does not notice it, and one without IPv4 does at once. Few, as the time is short. */
function inOrder(addresses: readonly string[]): readonly string[] {
  const of = (family: number) => addresses.filter((address) => modules().net.isIP(address) === family)
  return [...of(4).slice(0, 2), ...of(6).slice(0, 2)]
}

async function connectToOne(
  addresses: readonly string[],
  url: URL,
  options: PinnedFetchOptions,
  signal: AbortSignal,
): Promise<Socket> {
  let first: unknown
  for (const [index, address] of addresses.entries()) {
    signal.throwIfAborted()
    try {
      const isLast = index === addresses.length - 1
      return await connect(address, url, options, isLast ? undefined : ATTEMPT, signal)
    } catch (cause) {
      first ??= cause
    }
  }
  throw first ?? new Error('no address')
}

/** How long an address may take until the next one is tried. */
const ATTEMPT = 1_500

function connect(
  address: string,
  url: URL,
  { ca, port = 443 }: PinnedFetchOptions,
  patience: number | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const { net, tls } = modules()
  const secure = url.protocol === 'https:'
  const to = { host: address, port: Number(url.port || (secure ? port : 80)) }
  // RFC 6066 §3: an address is no server name. Without one, the certificate is checked for the address.
  const named = net.isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 && { servername: url.hostname }
  // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED would switch it off for the whole process.
  const socket = secure ? tls.connect({ ...to, ...named, ca, rejectUnauthorized: true }) : net.connect(to)
  return new Promise((resolve, reject) => {
    const late = () => socket.destroy(new Error(`no connection to ${address} in time`))
    const stop = patience === undefined ? () => {} : alarm(patience, late)
    const abort = () => socket.destroy(signal.reason)
    signal.addEventListener('abort', abort)
    // For as long as it lives: an error that nobody listens to ends the process.
    socket.on('error', reject)
    socket.once('close', () => {
      stop()
      signal.removeEventListener('abort', abort)
      reject(new Error('the connection was closed'))
    })
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      stop()
      resolve(socket)
    })
  })
}

interface Sent {
  readonly method: string
  readonly headers: Headers
  readonly body: string
}

function request(url: URL, { method, headers, body }: Sent, socket: Socket, signal: AbortSignal): Promise<Response> {
  const { http, https } = modules()
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? https : http).request({
      method,
      host: url.hostname,
      path: url.pathname + url.search,
      headers: {
        ...Object.fromEntries(headers),
        host: url.host,
        ...(method !== 'GET' && { 'content-length': utf8(body).length }),
      },
      // No `agent` beside it: with one, whichever, the socket is not asked for.
      createConnection: () => socket,
      maxHeaderSize: 16_384,
      // Explicit, because an option of the process would switch it on.
      insecureHTTPParser: false,
    })
    sent.on('error', (cause) => reject(signal.aborted ? signal.reason : cause))
    // After an answer this is too late to matter; before one, somebody has hung up or changed the protocol.
    sent.on('close', () => reject(new Error('the connection was closed before an answer')))
    sent.on('response', (answer) => {
      try {
        resolve(responseOf(answer, socket))
      } catch (cause) {
        socket.destroy()
        reject(cause)
      }
    })
    sent.end(body)
  })
}

/** What was answered, as the standard `fetch` gives it, but as it arrived: no content coding is undone. */
function responseOf(answer: IncomingMessage, socket: Socket): Response {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  const status = answer.statusCode ?? 0
  // What is no success is not read.
  if (status !== 200) {
    socket.destroy()
    return new Response(null, { status, headers })
  }
  let over = false
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      answer.pause()
      answer.on('data', (chunk: Uint8Array) => {
        answer.pause()
        if (!over) stream.enqueue(chunk)
      })
      answer.on('end', () => {
        if (!over) stream.close()
        over = true
      })
      answer.on('error', (cause) => {
        if (!over) stream.error(cause)
        over = true
      })
    },
    pull() {
      answer.resume()
    },
    cancel() {
      over = true
      socket.destroy()
    },
  })
  return new Response(body, { status, headers })
}

function modules(): NonNullable<typeof node> {
  if (!node) throw new TypeError('This runtime cannot connect to an address that it is given.')
  return node
}
