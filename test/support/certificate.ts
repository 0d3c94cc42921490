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

/** When a certificate counts, in milliseconds. */
export interface Validity {
  readonly from: number
  readonly until: number
}

export interface CertificateAuthority {
  readonly cert: string
  /** For two days, of which one is over. */
  issue(...names: readonly string[]): Certified
  issueFor(validity: Validity, ...names: readonly string[]): Certified
}

const DAY = 86_400_000
const aroundNow = (): Validity => ({ from: Date.now() - DAY, until: Date.now() + DAY })

/** An authority, and a certificate of it for each list of names. */
export function certificateAuthority(): CertificateAuthority {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = 'Tests of grantwright'
  const issueFor: CertificateAuthority['issueFor'] = (validity, ...names) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const parties = { issuer: name, subject: 'A server', validity }
    return {
      cert: certificate(parties, publicKey, alternativeNames(names), authority.privateKey),
      key: pemOf(privateKey),
    }
  }
  const own = { issuer: name, subject: name, validity: aroundNow() }
  return {
    cert: certificate(own, authority.publicKey, basicConstraints, authority.privateKey),
    issue: (...names) => issueFor(aroundNow(), ...names),
    issueFor,
  }
}

/** A certificate that nobody has signed but the server itself. */
export function selfSigned(...names: readonly string[]): Certified {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const own = { issuer: 'A server', subject: 'A server', validity: aroundNow() }
  return { cert: certificate(own, publicKey, alternativeNames(names), privateKey), key: pemOf(privateKey) }
}

interface Parties {
  readonly issuer: string
  readonly subject: string
  readonly validity: Validity
}

/** RFC 5280 §4.1. */
function certificate(
  { issuer, subject, validity }: Parties,
  publicKey: KeyObject,
  extension: Buffer,
  by: KeyObject,
): string {
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    distinguishedName(issuer),
    sequence(utcTime(validity.from), utcTime(validity.until)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  )
  return pem('CERTIFICATE', sequence(toBeSigned, ecdsaWithSha256, bitString(sign('sha256', toBeSigned, by))))
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

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

const pem = (label: string, bytes: Buffer): string => {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  // An empty line before the end would make it one that OpenSSL does not read.
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
