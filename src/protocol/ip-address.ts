/**
 * The parts of IP addresses. Pure.
 *
 * @module
 */

/** The eight groups of an IPv6 address, in small letters and without leading zeros; null for everything else, and for what names a zone. */
export function ipv6Groups(address: string): readonly string[] | null {
  if (!address.includes(':') || !/^[0-9a-f:.]+$/i.test(address) || !URL.canParse(`http://[${address}]`)) return null
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail === undefined) return groups
  const last = tail === '' ? [] : tail.split(':')
  return [...groups, ...Array.from({ length: 8 - groups.length - last.length }, () => '0'), ...last]
}

/** An IPv4 address in its one usual form, four decimal numbers, as a number; null for everything else. */
export function ipv4Number(address: string): number | null {
  const parts = /^(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$/.exec(address)
  const octets = parts?.slice(1).map(Number)
  return octets?.every((octet) => octet < 256) ? octets.reduce((sum, octet) => sum * 256 + octet, 0) : null
}
