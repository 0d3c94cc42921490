/**
 * Certificates for servers of tests: an authority of the moment, and what it signs. Written in DER by hand, because Node.js reads
 * certificates and makes none.
 *
 * @module
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Certified {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

/** An authority, and a certificate of it for each list of names. */
export function certificateAuthority(): { readonly cert: string; issue(...names: readonly string[]): Certified } {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = 'Tests of grantwright'
  const make = (subject: string, publicKey: KeyObject, extension: Buffer) =>
    pem('CERTIFICATE', certificate(name, subject, publicKey, extension, authority.privateKey))
  return {
    cert: make(name, authority.publicKey, basicConstraints),
    issue(...names) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return {
        cert: make('A server', publicKey, alternativeNames(names)),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }
    },
  }
}

/** RFC 5280 §4.1. */
function certificate(issuer: string, subject: string, publicKey: KeyObject, extension: Buffer, by: KeyObject): Buffer {
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    distinguishedName(issuer),
    sequence(utcTime(Date.now() - 86_400_000), utcTime(Date.now() + 86_400_000)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  )
  return sequence(toBeSigned, ecdsaWithSha256, bitString(sign('sha256', toBeSigned, by)))
}

const der = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...contents: readonly Buffer[]) => der(0x30, ...contents)
const integer = (bytes: Buffer) => der(0x02, bytes)
const bitString = (bytes: Buffer) => der(0x03, Buffer.from([0]), bytes)
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const utcTime = (at: number) =>
  der(0x17, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
const distinguishedName = (commonName: string) =>
  sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(commonName)))))
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))
const basicConstraints = sequence(
  objectId('551d13'),
  der(0x01, Buffer.from([255])),
  der(0x04, sequence(der(0x01, Buffer.from([255])))),
)
const alternativeNames = (names: readonly string[]) =>
  sequence(objectId('551d11'), der(0x04, sequence(...names.map((name) => der(0x82, Buffer.from(name))))))

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`
