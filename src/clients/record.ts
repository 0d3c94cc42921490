/**
 * How a client is written down: one record per client, its id hashed together with the issuer, so that two issuers can share
 * a store.
 *
 * @module
 */
import type { Json } from '../protocol/json.js'
import { clientFieldNames } from '../protocol/parse-client-metadata.js'
import { digest, isLongerThan } from '../runtime/hash.js'
import type { StoredRecord } from '../storage/contract.js'
import type { Client } from './client.js'

/** The id of a client's record: 43 characters. */
export function clientRecordId(issuer: string, client_id: string): string {
  return digest(`grantwright client\0${issuer}\0${client_id}`)
}

/** @throws {TypeError} when the client does not fit into a record. */
export function writeClient(issuer: string, client: Client, version: string): StoredRecord {
  const { fields, ...rest } = client
  // Under their own names, as RFC 7591 has them; none of them is one of the others.
  const document = JSON.stringify({ ...fields, v: formatOf(client), issuer, ...rest })
  // What fits without a second secret must not be in the way when one is made.
  const room = Math.max(0, 2 - client.secrets.length) * SECRET_BYTES
  if (isLongerThan(document, MAX_DOCUMENT_BYTES - room)) {
    throw new TypeError('Client metadata: it is larger than 32 KB as JSON; shorten the lists.')
  }
  const id = clientRecordId(issuer, client.client_id)
  return { id, version, subject: null, clientId: client.client_id, expiresAt: client.expiresAt ?? null, document }
}

/**
 * The client in a record, or null when it is another issuer's.
 *
 * @throws {Error} when a newer version of the library has written it.
 */
export function readClient(issuer: string, { document, clientId }: StoredRecord): Client | null {
  // Only `writeClient` writes these records; what a newer one has written is refused below.
  const members: { readonly [name: string]: Json } = JSON.parse(document)
  const stored = members as unknown as Document
  if (stored.v !== 1 && stored.v !== 2) {
    throw new Error(
      `The record of the client ${clientId} has the format ${String(stored.v)}, and this version of grantwright knows 1 and 2 only. Upgrade grantwright on this server.`,
    )
  }
  if (stored.issuer !== issuer) return null
  // What features know of the client, and what this version does not.
  const fields = Object.fromEntries(Object.entries(members).filter(([name]) => !clientFieldNames.includes(name)))
  return {
    client_id: stored.client_id,
    // JSON drops what is undefined.
    client_name: stored.client_name,
    client_uri: stored.client_uri,
    logo_uri: stored.logo_uri,
    policy_uri: stored.policy_uri,
    tos_uri: stored.tos_uri,
    redirect_uris: stored.redirect_uris,
    grant_types: stored.grant_types,
    token_endpoint_auth_method: stored.token_endpoint_auth_method,
    scope: stored.scope,
    default_scope: stored.default_scope,
    resources: stored.resources,
    serves: stored.serves,
    rotate_refresh_tokens: stored.rotate_refresh_tokens,
    // Absent in records of earlier versions: PKCE is required.
    allow_missing_pkce: stored.allow_missing_pkce === true,
    first_party: stored.first_party === true,
    remember_consent: stored.remember_consent,
    ...(Object.keys(fields).length > 0 && { fields }),
    secrets: stored.secrets,
    createdAt: stored.createdAt,
    ...(stored.expiresAt !== undefined && { expiresAt: stored.expiresAt }),
    ...(stored.registration && { registration: stored.registration }),
  }
}

/** Format 2 has no `token_endpoint_auth_method`: an earlier version would let the client in by no way at all, and say that its secret is wrong. */
const formatOf = ({ token_endpoint_auth_method: method }: Client): number => (method === undefined ? 2 : 1)
/** What a stored document may have. */
const MAX_DOCUMENT_BYTES = 32_768
/** At least what a {@link ClientSecret} takes there. */
const SECRET_BYTES = 128

type Document = Omit<Client, 'fields'> & { readonly v: number; readonly issuer: string }
