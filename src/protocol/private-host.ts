/**
 * Hosts that no stranger reaches from the internet: private networks, and names without a dot. Pure.
 *
 * @module
 */

/**
 * Whether the host of a URL, as a URL parser writes it, is an address of a private network or link, or a name without a dot, such as that of a
 * container.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc1918 RFC 1918}
 * @see {@link https://www.rfc-editor.org/rfc/rfc4193 RFC 4193}
 */
export function isPrivateHost(hostname: string): boolean {
  // A parser makes an address of every name that is a number.
  if (/^[a-z0-9_-]+$/.test(hostname)) return true
  // fc00::/7, and RFC 4291 §2.5.6: fe80::/10. Four digits: `fd::1` is 00fd::1.
  if (/^\[f([cd][0-9a-f]|e[89ab])[0-9a-f]:/.test(hostname)) return true
  return privateV4.test(mappedAddress(hostname) ?? hostname)
}

/** RFC 1918 §3, and RFC 3927 §2.1: link-local. */
const privateV4 = /^(10\.[0-9]+|192\.168|172\.(1[6-9]|2[0-9]|3[01])|169\.254)\.[0-9]+\.[0-9]+$/

/** RFC 4291 §2.5.5.2: the IPv4 address that stands in an IPv6 one. */
function mappedAddress(hostname: string): string | null {
  const groups = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname)?.slice(1)
  return groups ? groups.flatMap((group) => [group.slice(0, -2), group.slice(-2)].map(octet)).join('.') : null
}

const octet = (hex: string): number => Number.parseInt(hex || '0', 16)
