/**
 * Clients that are part of the configuration.
 *
 * @module
 */
import type { ClientMetadata } from '../protocol/client-metadata.js'
import { type ClientVocabulary, usesSecret } from '../protocol/client-vocabulary.js'
import { type ClientMetadataParser, clientFieldNames, clientMetadataParser } from '../protocol/parse-client-metadata.js'
import { closestName } from '../protocol/spelling.js'
import { given } from '../runtime/given.js'
import { isRecord, mistake } from '../runtime/option-checks.js'
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
    const client = parseEntry(entry, nameOf(entry, i), parse, vocabulary)
    if (clients.has(client.client_id)) {
      throw new TypeError(`${nameOf(entry, i)}: client_id is used twice; give each its own.`)
    }
    clients.set(client.client_id, client)
  }
  return clients
}

/** How messages call an entry of the list: nobody counts them. */
export const nameOf = (entry: { readonly client_id?: unknown } | null | undefined, i: number): string =>
  `clients[${i}]${typeof entry?.client_id === 'string' ? ` (${given(entry.client_id)})` : ''}`

function parseEntry(
  entry: StaticClient,
  where: string,
  parse: ClientMetadataParser,
  vocabulary: ClientVocabulary,
): Client {
  if (!isRecord(entry)) throw mistake(`${where} must be an object with a client_id.`, entry)
  // Both are none of the metadata, which says itself what else is misspelt.
  for (const name of Object.keys(entry)) {
    if (known.includes(name)) continue
    const meant = closestName(name, known)
    if (meant !== undefined && own.includes(meant)) {
      throw new TypeError(`${where}: ${name} is not known; did you mean ${meant}?`)
    }
  }
  const { client_id: id, client_secret, ...metadata } = entry
  const client_id = checkedClientId(id, `${where}: `)
  const settings = parseAt(metadata, where, parse)
  const secrets = checkedSecret(client_secret, {
    where: `${where}: `,
    method: settings.token_endpoint_auth_method,
    usesSecret: usesSecret(vocabulary, settings),
  })
  return { ...settings, client_id, secrets, createdAt: null }
}

const own: readonly string[] = ['client_id', 'client_secret']
const known: readonly string[] = [...clientFieldNames, ...own]

function parseAt(metadata: ClientMetadata, where: string, parse: ClientMetadataParser) {
  try {
    return parse(metadata)
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${where}: ${error.message}`) : error
  }
}
