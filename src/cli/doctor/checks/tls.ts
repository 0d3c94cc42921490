/**
 * TLS: every address is https with a certificate that clients trust, or on this machine.
 *
 * @module
 */
import { isPrivateHost } from '../../../protocol/private-host.js'
import { short, told } from '../exchange.js'
import { type Check, failed, ok, warning } from '../finding.js'
import { stringOf, type World } from '../world.js'

const DAY = 86_400_000

export const tls: Check = {
  name: 'TLS',
  short: 'tls',
  about: 'every address is https, and its certificate is trusted',
  judge(world) {
    const untrusted = world.exchanges.find(({ outcome }) => !outcome.answered && outcome.problem === 'tls')
    if (untrusted) {
      return failed({
        received: told(untrusted),
        right: 'a certificate that is valid for this host, with its whole chain, of an authority that everybody trusts',
        change:
          'at the proxy or the host: serve the full chain (fullchain.pem); for an authority of your own set NODE_EXTRA_CA_CERTS here',
      })
    }
    const urls = addressesOf(world)
    const plain = urls.filter((url) => url.protocol === 'http:' && !isLoopback(url))
    if (plain.length > 0) {
      return failed({
        received: short(plain.map(({ href }) => href).join(', ')),
        right: 'https: clients refuse http beyond loopback',
        change: 'let the option `issuer` and `resource` be the public https URLs, whoever ends TLS',
      })
    }
    const near = urls.find((url) => isLoopback(url) || isPrivateHost(url.hostname))
    if (near && world.client.runs === 'hosted') {
      return warning({
        received: `${near.host} is reached from this machine or network alone`,
        right: 'an address on the internet: this client comes from servers of its vendor',
        change: 'nothing while you try things out; else deploy it',
      })
    }
    const ends = Math.min(
      ...world.exchanges.map(
        ({ outcome }) => (outcome.answered ? outcome.certificateEnds : undefined) ?? Number.POSITIVE_INFINITY,
      ),
    )
    if (ends < world.now + 14 * DAY) {
      return warning({
        received: `a certificate ends on ${new Date(ends).toISOString().slice(0, 10)}`,
        right: 'one that is renewed long before',
        change: 'look at what renews it',
      })
    }
    return ok(near ? 'on this machine' : 'https')
  },
}

/** Everything that the client or the browser goes to. */
function addressesOf({ target, issuer, serverMetadata, resourceMetadata }: World): readonly URL[] {
  const server = serverMetadata.found?.json ?? {}
  const urls = [
    ...[target.url, issuer, resourceMetadata.found?.url],
    ...['authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint', 'jwks_uri'].map(
      (name) => stringOf(server[name]),
    ),
  ]
  return urls.flatMap((url) => (url !== undefined && URL.canParse(url) ? [new URL(url)] : []))
}

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|.+\.localhost|127\.[0-9.]+|\[::1\])$/.test(hostname)
