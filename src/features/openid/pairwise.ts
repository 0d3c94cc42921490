/**
 * Pairwise subjects: an id of a user that is another one in each sector, so that clients of different owners cannot put together what they know.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core §8.1}
 * @module
 */
import type { Client } from '../../clients/client.js'
import type { VerifyClient } from '../../clients/verify.js'
import { type Documents, type DocumentsOptions, guardedLists } from '../../guarded-fetch/documents.js'
import type { Deployed } from '../../points/tables.js'
import { type ClientSettings, isPublicClient } from '../../protocol/client-settings.js'
import type { ClientField } from '../../protocol/client-vocabulary.js'
import { quoted } from '../../protocol/hint.js'
import { isLoopbackRedirect, matchRedirectUri } from '../../protocol/redirect-uri.js'
import { encodeBase64url, hmacSha256 } from '../../runtime/hash.js'
import { problemWithUrl } from './field-forms.js'

/** Made once for a deployment, and the same for ever: with another salt every user would be a new one to every client. */
export const PAIRWISE_SALT = 'openid pairwise'

const SECTOR = 'sector_identifier_uri'

/**
 * `sub` for a client.
 *
 * @param redirectUri where the code went: what a client says of its redirect URIs later brings nobody's old grants into the sector of others.
 */
export const pairwiseSubject = (
  client: Client,
  subject: string,
  { keyring }: Deployed,
  redirectUri?: string,
): string | Promise<string> =>
  client.fields?.subject_type === 'pairwise' ? pairwise(client, subject, keyring, redirectUri) : subject

async function pairwise(
  client: Client,
  subject: string,
  keyring: Deployed['keyring'],
  redirectUri: string | undefined,
): Promise<string> {
  const { redirect_uris } = client
  const isKnown = redirectUri === undefined || matchRedirectUri(redirect_uris, redirectUri, isPublicClient(client))
  const sector = isKnown ? sectorOf(client) : (webHostOf(redirectUri) ?? redirectUri)
  if (sector === null) throw new Error(`The client ${client.client_id} is pairwise, and has no sector any more.`)
  return encodeBase64url(hmacSha256(await keyring.kept(PAIRWISE_SALT), JSON.stringify([sector, subject])))
}

/** What keeps a pairwise client's name of something from being made by whoever guesses the thing; nothing for other clients. */
export async function pairwiseProof(
  { client_id, fields }: Client,
  name: string,
  { keyring }: Pick<Deployed, 'keyring'>,
): Promise<readonly string[]> {
  if (fields?.subject_type !== 'pairwise') return []
  return [encodeBase64url(hmacSha256(await keyring.kept(PAIRWISE_SALT), JSON.stringify(['name', client_id, name])))]
}

/** §8.1: the host of the sector identifier, else that of all redirect URIs. Null when they have several, or one is no web address. */
function sectorOf(
  client: Pick<ClientSettings, 'fields' | 'redirect_uris' | 'token_endpoint_auth_method'>,
): string | null {
  const { fields, redirect_uris } = client
  const uri = fields?.[SECTOR]
  if (typeof uri === 'string') return new URL(uri).hostname
  // Apps on people's machines have one host in common, and no owner.
  const isNobodys = (uri: string) => isPublicClient(client) && isLoopbackRedirect(uri)
  const hosts = new Set(redirect_uris.map((uri) => (isNobodys(uri) ? null : webHostOf(uri))))
  const [host = null] = hosts
  return hosts.size === 1 ? host : null
}

const webHostOf = (uri: string): string | null => (/^https?:/.test(uri) ? new URL(uri).hostname : null)

/** @param options null when nothing of clients is fetched: then a sector is the host of the redirect URIs. */
export function subjectFields(options: DocumentsOptions | null): readonly ClientField[] {
  const type: ClientField = {
    name: 'subject_type',
    selfService: true,
    parse(value) {
      if (value === 'public' || value === 'pairwise') return value
      throw new TypeError('must be public or pairwise')
    },
    check(value, client) {
      if (value !== 'pairwise' || sectorOf(client) !== null) return null
      return `is pairwise, for which all redirect URIs must be on one host of the web; else give ${SECTOR}`
    },
  }
  if (!options) return [type]
  const sector: ClientField = {
    name: SECTOR,
    selfService: true,
    parse(value) {
      const url = typeof value === 'string' ? value : ''
      const problem = problemWithUrl(url, options.allowOrigins)
      if (problem === null) return url
      throw new TypeError(`must be an https URL on port 443 (${problem})`)
    },
  }
  return [type, sector]
}

/** Registration §5: at the sector identifier there is a list with at least all redirect URIs, so that nobody joins a sector that does not know them. */
export function sectorVerifier(options: DocumentsOptions): VerifyClient {
  let lists: Documents<readonly unknown[]> | undefined
  return async ({ fields, redirect_uris }, { address }) => {
    const uri = fields?.[SECTOR]
    if (typeof uri !== 'string') return null
    lists ??= guardedLists(options, { now: Date.now })
    const fetched = await lists.get(uri, { address })
    // Where a name leads, and what is there, is not told to whoever registers.
    if (!fetched.ok) return { member: SECTOR, problem: 'gives no list', detail: fetched.detail }
    const missing = redirect_uris.find((known) => !fetched.json.includes(known))
    return missing === undefined
      ? null
      : { member: SECTOR, problem: `lists other redirect URIs, and not ${quoted(missing)}` }
  }
}
