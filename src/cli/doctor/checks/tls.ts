/**
 * TLS: every address is https with a certificate that clients trust, or on this machine.
 *
 * @module
 */
import { isPrivateHost } from '../../../protocol/private-host.js'
import { type Exchange, lacksTls, short, told } from '../exchange.js'
import { type Check, failed, ok, warning } from '../finding.js'
import { stringOf, type World } from '../world.js'

const DAY = 86_400_000

export const tls: Check = {
  name: 'TLS',
  short: 'tls',
  about: 'every address is https, and its certificate is trusted',
  judge(world) {
    const broken = world.exchanges.find(lacksTls)
    if (broken) return failed({ received: told(broken), ...cureOf(broken) })
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

const ownAuthority =
  'for an authority of your own start doctor with NODE_EXTRA_CA_CERTS=<its certificate>; clients have to trust it as well'

/** By what Node.js and OpenSSL call it. */
const cures: readonly (readonly [cause: RegExp, right: string, change: string])[] = [
  [/^CERT_HAS_EXPIRED/, 'a certificate that has not ended', 'renew it, and look at what should have done so'],
  [
    /^CERT_NOT_YET_VALID/,
    'a certificate that counts already',
    'look at the clock of this machine, and of the one that made it',
  ],
  [
    /ALTNAME/,
    'a certificate that names this host',
    'at the proxy or the host: add this name to the certificate, or serve the one that has it; or let people have a URL with a name that it has',
  ],
  [
    /^DEPTH_ZERO_SELF_SIGNED/,
    'a certificate of an authority that everybody trusts',
    `at the proxy or the host: put one of a public authority in place of the one that it has signed itself; ${ownAuthority}`,
  ],
  [
    /wrong version number|WRONG_VERSION_NUMBER|packet length|PACKET_LENGTH/i,
    'TLS at this port',
    'what listens there speaks plain http, most likely: give doctor the public https URL, of the proxy that ends TLS; or http:// for a server on this machine',
  ],
  [
    /protocol version|unsupported protocol|PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/i,
    'TLS 1.2 or 1.3',
    'at the proxy or the host: turn TLS 1.2 and 1.3 on',
  ],
  [
    /UNABLE_TO_|SELF_SIGNED_CERT_IN_CHAIN/,
    'a certificate of an authority that everybody trusts, with its whole chain',
    `at the proxy or the host: serve the full chain (fullchain.pem); ${ownAuthority}`,
  ],
]

function cureOf({ outcome }: Exchange): { readonly right: string; readonly change: string } {
  const cause = outcome.answered ? '' : (outcome.cause ?? '')
  const [, right, change] = cures.find(([pattern]) => pattern.test(cause)) ?? [
    cause,
    'TLS 1.2 or 1.3, with a certificate that everybody trusts',
    'at the proxy or the host: look at its TLS settings, with `openssl s_client` for example',
  ]
  return { right, change }
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
