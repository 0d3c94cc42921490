/**
 * Addresses: who is counted as one, because limits per address are limits per network, and who is this machine.
 *
 * @module
 */
import { ipv6Groups } from '../protocol/ip-address.js'
import { isPrivateHost } from '../protocol/private-host.js'

/** An IPv6 host has a whole /64 to itself, so that is its network. IPv4 in IPv6 is IPv4. */
export function networkOf(address: string): string {
  const plain = withoutPort(address)
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/%.*$/, '')
  const groups = ipv6Groups(plain)
  return groups ? groups.slice(0, 4).join(':') : plain
}

/** Whether an address of a connection is this machine itself. */
export const isLoopbackAddress = (address: string): boolean =>
  /^(?:::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/i.test(withoutPort(address))

/** Some proxies write the port of the connection, too, which would make every connection somebody else. */
const withoutPort = (address: string): string =>
  /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')

/** Whether a URL with this host may be `http`. */
export const mayBeHttp = (hostname: string, beyondLoopback: boolean): boolean =>
  isLoopbackHost(hostname) || (beyondLoopback && isPrivateHost(hostname))

/** Whether the host of a URL is this machine itself, so that `http` gives nothing away (RFC 8252 §8.3). */
export const isLoopbackHost = (hostname: string): boolean => loopback.has(hostname)

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])
