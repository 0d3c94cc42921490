/**
 * Where strangers may be met: the public internet, and nothing that has a special purpose. Pure.
 *
 * @module
 */
import { ipv4Number, ipv6Groups } from './ip-address.js'

/**
 * Whether this is the address of a host on the public internet, as a resolver or a URL parser writes it (IPv6 without brackets). Everything
 * that has a special purpose is refused, also the few blocks of those that are reachable from everywhere: nobody publishes a document there.
 *
 * @see {@link https://www.iana.org/assignments/iana-ipv4-special-registry IANA IPv4 Special-Purpose Address Registry}
 * @see {@link https://www.iana.org/assignments/iana-ipv6-special-registry IANA IPv6 Special-Purpose Address Registry}
 */
export function isPublicAddress(address: string): boolean {
  const v4 = ipv4Number(address)
  if (v4 !== null) return isPublicV4(v4)
  const groups = ipv6Groups(address)?.map((group) => Number.parseInt(group, 16))
  return groups !== undefined && isPublicV6(groups)
}

const isPublicV4 = (address: number): boolean =>
  !specialV4.some(([start, size]) => address >= start && address < start + size)

function isPublicV6(groups: readonly number[]): boolean {
  const [a = 0, b = 0] = groups
  // RFC 6052 §2.1, §3.1: a translator leads to the IPv4 address at the end, which is the one to judge. Networks that have IPv6 alone
  // meet most of the internet so.
  if (a === 0x64 && b === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) {
    const [high = 0, low = 0] = groups.slice(6)
    return isPublicV4(high * 65_536 + low)
  }
  // RFC 4291 §2.4: what is given out as global unicast. All else is special or nobody's, IPv4-mapped, IPv4-compatible, translated in one's
  // own network (64:ff9b:1::/48), unique local, link-local, site-local and multicast among it.
  if (a < 0x2000 || a > 0x3fff) return false
  // 2001::/23 is for protocols (Teredo, benchmarking, ORCHID …); 2001:db8::/32 and 3fff::/20 are for documentation.
  if (a === 0x2001 && (b < 0x200 || b === 0xdb8)) return false
  if (a === 0x3fff && b < 0x1000) return false
  // 6to4 has an IPv4 address in it, and relays that nobody knows. 2620:4f:8000::/48 answers for the names of private networks (AS112).
  return a !== 0x2002 && !(a === 0x2620 && b === 0x4f && groups[2] === 0x8000)
}

const specialV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by the customers of a carrier
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // no special purpose by the registry, but the host of each virtual machine in Azure
  '169.254.0.0/16', // link-local, where clouds have their metadata
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocols
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
].map((block) => {
  const [start = '', bits] = block.split('/')
  return [ipv4Number(start) ?? 0, 2 ** (32 - Number(bits))] as const
})
