/**
 * Access tokens as opaque strings: `gwat_`, then base64url of key id, content and HMAC-SHA-256. Beside a grant the content is
 * only ids, times, and resource and scope as indexes into the grant's lists, which never change; a token without a grant, which has no
 * record, names its client and scope. One that is bound to a key names that. "Opaque" is a promise about meaning, not secrecy:
 * nothing in it is confidential, and nothing in it is believed before the MAC is verified.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import type { Grant } from '../grant/state.js'
import { type Confirmation, confirmationMembers } from '../protocol/confirmation.js'
import { MAX_ACCESS_TOKEN_LENGTH, u32 } from '../protocol/token-string.js'
import { concatBytes, constantTimeEqual, decodeBase64url, encodeBase64url, hmacSha256, utf8 } from '../runtime/hash.js'
import { seconds } from './claims.js'
import type { AccessToken, LiveAccessToken } from './token.js'

const PREFIX = 'gwat_'
const KEY_ID_BYTES = 6
const MAC_BYTES = 32
// What an earlier version does not know is nothing to it.
const OF_GRANT = 0
const OF_CLIENT = 1
const OF_GRANT_AND_KEY = 2
const OF_ANYBODY = 3

export async function issueOpaque(deployment: Deployment, token: AccessToken, grant: Grant | null): Promise<string> {
  const macKey = await deployment.keyring.macKey()
  const content = grant ? grantContent(deployment, token, grant) : contentAlone(token)
  const signed = concatBytes(required(decodeBase64url(macKey.id)), content)
  return PREFIX + encodeBase64url(concatBytes(signed, hmacSha256(macKey.key, signed)))
}

/** The token and its grant, when the MAC is right and the grant is there to say what the token means. */
export async function verifyOpaque(deployment: Deployment, text: string): Promise<LiveAccessToken | null> {
  const isOurs = text.startsWith(PREFIX) && text.length <= MAX_ACCESS_TOKEN_LENGTH
  const bytes = isOurs ? decodeBase64url(text.slice(PREFIX.length)) : null
  if (!bytes || bytes.length < KEY_ID_BYTES + 1 + MAC_BYTES) return null
  const macKey = await deployment.keyring.findMacKey(encodeBase64url(bytes.subarray(0, KEY_ID_BYTES)))
  const signed = bytes.subarray(0, -MAC_BYTES)
  if (!macKey || !constantTimeEqual(hmacSha256(macKey.key, signed), bytes.subarray(-MAC_BYTES))) return null
  const content = signed.subarray(KEY_ID_BYTES)
  const [kind] = content
  if (kind === OF_CLIENT || kind === OF_ANYBODY) return { token: readAlone(content), grant: null }
  if (kind !== OF_GRANT && kind !== OF_GRANT_AND_KEY) return null
  const confirmation = kind === OF_GRANT_AND_KEY ? readKey(content) : undefined
  // Bound to a key of a kind that nobody here can ask for.
  if (confirmation === null) return null
  const facts = content.subarray(confirmation ? 1 + KEY_BYTES : 1)
  const found = await deployment.grants.get(encodeBase64url(facts.subarray(0, 16)))
  if (found?.value.status !== 'active') return null
  return { token: readGrantContent(deployment, facts, found.value, confirmation), grant: found.value }
}

/** kind 1, of a key: which member 1, thumbprint 32. */
const KEY_BYTES = 33

function kindAndKey({ confirmation }: AccessToken): Uint8Array {
  if (!confirmation) return Uint8Array.of(OF_GRANT)
  const { member, thumbprint } = confirmation
  const key = required(decodeBase64url(thumbprint))
  return concatBytes(Uint8Array.of(OF_GRANT_AND_KEY, confirmationMembers.indexOf(member)), key)
}

function readKey(content: Uint8Array): Confirmation | null {
  const member = confirmationMembers[required(content[1])]
  return member ? { member, thumbprint: encodeBase64url(content.subarray(2, 1 + KEY_BYTES)) } : null
}

/** What a token for one resource of a grant may have: its own scope first, so that its bits are what they always were. */
function scopeAt(
  { access }: Exclude<Grant, { status: 'revoked' }>,
  index: number,
  beside: ReadonlySet<string> | undefined,
): readonly { readonly name: string; readonly resource: string }[] {
  const own = access[index]
  const others = beside ? access.filter((entry) => entry !== own) : []
  return [...(own ? [own] : []), ...others].flatMap(({ resource, scope }) => scope.map((name) => ({ name, resource })))
}

/** Kind and key, grant id 16, token id 8, iat 4, exp 4, resource 1, then one bit for each scope that was granted there. */
function grantContent({ settings }: Deployment, token: AccessToken, grant: Grant): Uint8Array {
  if (grant.status === 'revoked') throw new Error('A revoked grant has no access to point at')
  const index = grant.access.findIndex(({ resource }) => resource === token.resource)
  const granted = scopeAt(grant, index, settings.beside)
  const bits = new Uint8Array(Math.ceil(granted.length / 8))
  granted.forEach(({ name, resource }, i) => {
    const isMeant = resource === token.resource || settings.beside?.has(resource)
    if (isMeant && token.scope.includes(name)) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7))
  })
  return concatBytes(
    kindAndKey(token),
    required(decodeBase64url(grant.id)),
    required(decodeBase64url(token.tokenId)),
    u32(seconds(token.issuedAt)),
    u32(seconds(token.expiresAt)),
    Uint8Array.of(index),
    bits,
  )
}

function readGrantContent(
  { settings }: Deployment,
  facts: Uint8Array,
  grant: Exclude<Grant, { status: 'revoked' }>,
  confirmation: Confirmation | undefined,
): AccessToken {
  const index = required(facts[32])
  const { resource } = required(grant.access[index])
  const bits = facts.subarray(33)
  return {
    grantId: grant.id,
    tokenId: encodeBase64url(facts.subarray(16, 24)),
    clientId: grant.clientId,
    subject: grant.subject,
    resource,
    scope: scopeAt(grant, index, settings.beside)
      .filter((_, i) => ((bits[i >> 3] ?? 0) & (1 << (i & 7))) !== 0)
      // What stood beside the APIs, and is not given any more, means nothing.
      .filter((entry) => entry.resource === resource || settings.beside?.has(entry.resource))
      .map(({ name }) => name),
    issuedAt: readSeconds(facts, 24),
    expiresAt: readSeconds(facts, 28),
    login: grant.login,
    claims: {},
    confirmation,
  }
}

/** kind 1, token id 16, iat 4, exp 4, then JSON of client, resource and scope; of subject and key, where the client does not act for itself alone. */
function contentAlone(token: AccessToken): Uint8Array {
  const { clientId, resource, scope, subject, confirmation } = token
  const isPlain = subject === clientId && !confirmation
  return concatBytes(
    Uint8Array.of(isPlain ? OF_CLIENT : OF_ANYBODY),
    required(decodeBase64url(token.tokenId)),
    u32(seconds(token.issuedAt)),
    u32(seconds(token.expiresAt)),
    utf8(JSON.stringify([clientId, resource, scope, ...(isPlain ? [] : [subject, confirmation])])),
  )
}

function readAlone(content: Uint8Array): AccessToken {
  // Ours, as the MAC has shown.
  const [clientId, resource, scope, subject, confirmation] = JSON.parse(
    new TextDecoder().decode(content.subarray(25)),
  ) as [string, string, string[], string?, (Confirmation | null)?]
  return {
    grantId: null,
    tokenId: encodeBase64url(content.subarray(1, 17)),
    clientId,
    subject: subject ?? clientId,
    resource,
    scope,
    issuedAt: readSeconds(content, 17),
    expiresAt: readSeconds(content, 21),
    login: {},
    claims: {},
    confirmation: confirmation ?? undefined,
  }
}

const readSeconds = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at) * 1000

/** For what this module has written itself, and the MAC has kept. */
function required<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('An opaque access token of this server could not be read')
  return value
}
