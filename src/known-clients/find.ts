/**
 * Whose document a `client_id` is, and whose redirect URI a URI is. Pure.
 *
 * @module
 */
import { matchRedirectUri } from '../protocol/redirect-uri.js'
import type { KnownClient, KnownDocument, KnownRedirectUri, ShippedCopy } from './known-client.js'
import { knownClients } from './list.js'

/**
 * The client whose metadata document has this URL, and the document. Exactly: several clients live on one host, so that the host says
 * nothing.
 *
 * @param client_id The URL, as it was sent.
 */
export function findByDocument(
  client_id: string,
): { readonly client: KnownClient; readonly document: KnownDocument } | undefined {
  const all = knownClients.flatMap((client) => client.documents.map((document) => ({ client, document })))
  // An id could be a word that is part of another client's URL: the same string comes first.
  return (
    all.find(({ document }) => document.url === client_id) ?? all.find(({ document }) => fits(document.url, client_id))
  )
}

/** What a document is known to have held, for when its host does not answer. Undefined where nobody has read it. */
export const shippedCopy = (client_id: string): ShippedCopy | undefined => {
  const found = findByDocument(client_id)
  return found?.document.url === client_id ? found.document.copy : undefined
}

/**
 * The clients that want answers at this URI: the same string, but for the port of a loopback URI where the client is known to choose it, and
 * for the id where there is one for each connector. Several clients can have the same loopback URI.
 */
export function findByRedirectUri(
  uri: string,
): readonly { readonly client: KnownClient; readonly redirectUri: KnownRedirectUri }[] {
  return knownClients.flatMap((client) => {
    const redirectUri = client.redirectUris.find((known) => matches(known, uri))
    return redirectUri ? [{ client, redirectUri }] : []
  })
}

/** Redirect URIs of all known clients that are the same for everybody, without duplicates; loopback URIs whose port is free have none. */
export const knownRedirectUris: readonly string[] = [
  ...new Set(knownClients.flatMap(({ redirectUris }) => redirectUris.map(({ uri }) => uri))),
].filter((uri) => !uri.includes('{id}'))

/** What stands for `{id}`: one segment of a path, of characters that mean nothing in it. */
const ID = '[A-Za-z0-9_-]{1,128}'

/** Whether `text` is `pattern`, with an id in the place of `{id}`. */
function fits(pattern: string, text: string): boolean {
  if (!pattern.includes('{id}')) return pattern === text
  const literal = pattern.replaceAll(/[.*+?^$()|[\]\\/]/g, '\\$&')
  return new RegExp(`^${literal.replace('{id}', ID)}$`).test(text)
}

function matches({ uri, port }: KnownRedirectUri, requested: string): boolean {
  if (fits(uri, requested)) return true
  if (port !== 'any') return false
  // RFC 8252 §7.3: the port of a loopback URI is the client's to choose. The id, if there is one, is put where it belongs first.
  const id = uri.includes('{id}') ? new RegExp(`/(${ID})$`).exec(requested)?.[1] : ''
  return id !== undefined && matchRedirectUri([uri.replace('{id}', id)], requested, true)
}
