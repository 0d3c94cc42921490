/**
 * Clients that are part of the configuration.
 *
 * @module
 */
import type { ClientMetadata } from '../protocol/client-metadata.js'
import type { ClientVocabulary } from '../protocol/client-vocabulary.js'
import { type ClientMetadataParser, clientMetadataParser } from '../protocol/parse-client-metadata.js'
import type { Client } from './client.js'
import { checkedClientId, checkedSecret } from './given.js'

/** A client from the option `clients`. */
export interface StaticClient extends ClientMetadata {
  /** 1 to 255 characters of printable ASCII. */
  readonly client_id: string
  /** Of a confidential client: printable ASCII, at least 32 characters, random. */
  readonly client_secret?: string | undefined
}

/**
 * Checks the option `clients`.
 *
 * @throws {TypeError} naming the client, the field, what is wrong and what to write instead.
 */
export function parseStaticClients(
  entries: readonly StaticClient[],
  vocabulary: ClientVocabulary,
): ReadonlyMap<string, Client> {
  const parse = clientMetadataParser(vocabulary)
  const clients = new Map<string, Client>()
  for (const [i, entry] of entries.entries()) {
    const client = parseEntry(entry, `clients[${i}]`, parse, vocabulary)
    if (clients.has(client.client_id)) {
      throw new TypeError(
        `clients[${i}]: client_id ${JSON.stringify(client.client_id)} is used twice; give each its own.`,
      )
    }
    clients.set(client.client_id, client)
  }
  return clients
}

function parseEntry(
  entry: StaticClient,
  where: string,
  parse: ClientMetadataParser,
  { authenticationMethods }: ClientVocabulary,
): Client {
  if (typeof entry !== 'object' || entry === null) throw new TypeError(`${where} must be an object with a client_id.`)
  const { client_id: id, client_secret, ...metadata } = entry
  const client_id = checkedClientId(id, `${where}: `)
  const settings = parseAt(metadata, where, parse)
  const method = settings.token_endpoint_auth_method
  const usesSecret = authenticationMethods.get(method)?.usesSecret ?? false
  const secrets = checkedSecret(client_secret, { where: `${where}: `, method, usesSecret })
  return { ...settings, client_id, secrets, createdAt: null }
}

function parseAt(metadata: ClientMetadata, where: string, parse: ClientMetadataParser) {
  try {
    return parse(metadata)
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${where}: ${error.message}`) : error
  }
}
