/**
 * Clients that nobody registers: their id is the URL of a document in which they describe themselves.
 *
 * @see {@link https://www.ietf.org/archive/id/draft-ietf-oauth-client-id-metadata-document-03.txt Client ID Metadata Document}
 * @module
 */
import { type DocumentsOptions, guardedDocuments } from '../../guarded-fetch/documents.js'
import type { Feature } from '../../points/feature.js'
import { isObject } from '../../protocol/json-object.js'
import { isRecord, mistake, refuseUnknown } from '../../runtime/option-checks.js'
import { version } from '../../runtime/version.js'
import { documentSources, type ShippedDocument } from './document-source.js'
import { documentHost, documentIdProblem } from './rules/document-id.js'
import type { Said } from './rules/self-described.js'

export interface MetadataDocumentsOptions {
  /**
   * Whose documents are taken: a list of ids, each with its path, and of hosts, which stand for every id there; or a function. On a host where anybody
   * may put files, an id says more than a host. What is not taken is not fetched, and access tokens of such a client are inactive.
   *
   * @default everybody's
   */
  readonly allow?: readonly string[] | ((client_id: string) => boolean) | undefined
  /** How documents are fetched. @default with a guard against addresses that are not public */
  readonly documents?: DocumentsOptions | undefined
  /**
   * Documents that are known from elsewhere, with the day on which they were like that. The last resort: used when the host does not answer and no copy
   * of this server's own is there.
   *
   * @default none
   */
  readonly knownDocuments?: readonly KnownMetadataDocument[] | undefined
}

/** A document that came from elsewhere than its host. */
export interface KnownMetadataDocument {
  readonly client_id: string
  readonly document: { readonly [member: string]: unknown }
  /** `2026-11-27`, or `2026-11`. */
  readonly asOf: string
}

/**
 * Clients that describe themselves in a document, whose `https` URL is their `client_id`.
 *
 * @example
 * createAuthorizationServer({ …, features: [metadataDocuments()] })
 *
 * @throws {TypeError} when an option is wrong. Where the runtime cannot guard what it fetches, the server is not made without `documents.fetch`.
 */
export function metadataDocuments(options: MetadataDocumentsOptions = {}): Feature {
  if (!isRecord(options)) {
    throw mistake('metadataDocuments takes options, or nothing. Write `metadataDocuments()`.', options)
  }
  refuseUnknown(options, ['allow', 'documents', 'knownDocuments'], 'metadataDocuments')
  const { documents = {} } = options
  if (!isRecord(documents)) throw mistake('metadataDocuments: documents must be an object.', documents)
  const { allowOrigins: origins } = documents
  const allowOrigins = new Set(Array.isArray(origins) ? origins : [])
  const isAllowed = allowing(options.allow, allowOrigins)
  const shipped = shippedDocuments(options.knownDocuments ?? [], allowOrigins)
  return {
    name: 'metadataDocuments',
    madeFor: version,
    metadata: { client_id_metadata_document_supported: true },
    clientSources: (server) =>
      documentSources(server, {
        documents: guardedDocuments(documents, { now: () => server.now() }),
        allowOrigins,
        isAllowed,
        shipped,
      }),
  }
}

function allowing(
  allow: MetadataDocumentsOptions['allow'],
  allowOrigins: ReadonlySet<string>,
): (client_id: string) => boolean {
  if (allow === undefined) return () => true
  // Nothing but a yes is one; a promise is none.
  if (typeof allow === 'function') return (client_id) => allow(client_id) === true
  if (!Array.isArray(allow)) {
    throw mistake("metadataDocuments: allow must be a list or a function. Write `allow: ['app.example.com']`.", allow)
  }
  for (const entry of allow) {
    const isHost = typeof entry === 'string' && !entry.includes('/') && isHostName(entry)
    if (isHost || (typeof entry === 'string' && documentIdProblem(entry, allowOrigins) === null)) continue
    throw mistake(
      "metadataDocuments: allow has an entry that is neither a client_id nor a host. Write for example 'https://app.example.com/client.json' or 'app.example.com'.",
      entry,
    )
  }
  const all: ReadonlySet<unknown> = new Set(allow)
  return (client_id) => all.has(client_id) || all.has(documentHost(client_id))
}

/** As URL parsers write it. */
const isHostName = (text: string): boolean =>
  /^[a-z0-9._:[\]-]+$/.test(text) && URL.canParse(`https://${text}/`) && new URL(`https://${text}/`).host === text

function shippedDocuments(known: unknown, allowOrigins: ReadonlySet<string>): ReadonlyMap<string, ShippedDocument> {
  if (!Array.isArray(known)) throw mistake('metadataDocuments: knownDocuments must be a list.', known)
  const shipped = new Map<string, ShippedDocument>()
  for (const [i, entry] of known.entries()) {
    const where = `metadataDocuments: knownDocuments[${i}]`
    if (!isRecord(entry)) throw mistake(`${where} must be an object with client_id, document and asOf.`, entry)
    const { client_id, document, asOf }: { readonly [name in keyof KnownMetadataDocument]?: unknown } = entry
    if (typeof client_id !== 'string') throw mistake(`${where}: client_id must be a string.`, client_id)
    const problem = documentIdProblem(client_id, allowOrigins)
    if (problem !== null) throw mistake(`${where}: client_id ${problem}.`, client_id)
    if (!isObject(document) || document.client_id !== client_id) {
      throw mistake(`${where}: document must be an object with the same client_id.`, document)
    }
    if (typeof asOf !== 'string' || !/^\d{4}-\d{2}(?:-\d{2})?$/.test(asOf) || Number.isNaN(Date.parse(asOf))) {
      throw mistake(`${where}: asOf must be a day or a month. Write for example '2026-11-27'.`, asOf)
    }
    if (shipped.has(client_id)) throw new TypeError(`${where}: client_id is there twice; leave one of them out.`)
    const said: Said = document
    shipped.set(client_id, { document: said, asOf: Date.parse(asOf) })
  }
  return shipped
}
