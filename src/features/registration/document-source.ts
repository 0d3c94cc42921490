/**
 * Clients whose id is the URL of a document in which they describe themselves: fetched when somebody asks with such an id, used for as long as HTTP
 * lets it be, and from a copy when the host is away. Where nobody asks (access tokens, connected apps), nothing is fetched.
 *
 * @module
 */
import type { Client } from '../../clients/client.js'
import type { Asker, ClientSource } from '../../clients/sources.js'
import { verifyClient } from '../../clients/verify.js'
import { OAuthError } from '../../edge/errors.js'
import type { Documents, Fetched } from '../../guarded-fetch/documents.js'
import { keptFor } from '../../guarded-fetch/kept-for.js'
import type { Deployed } from '../../points/tables.js'
import { listed, quoted } from '../../protocol/hint.js'
import { clientMetadataParser } from '../../protocol/parse-client-metadata.js'
import { type DocumentCopies, type DocumentCopy, documentCopies, type FetchedDocument } from './document-copies.js'
import { type ReadDocument, readDocument } from './rules/document.js'
import { failureDescription, freshFor, isGone, saysNothing } from './rules/document-fetch.js'
import { documentHost, documentIdProblem } from './rules/document-id.js'
import type { Dropped, Said } from './rules/self-described.js'

export interface DocumentSourceOptions {
  readonly documents: Documents
  readonly allowOrigins: ReadonlySet<string>
  readonly isAllowed: (client_id: string) => boolean
  /** By id. */
  readonly shipped: ReadonlyMap<string, ShippedDocument>
}

/** A document that came with the software. */
export interface ShippedDocument {
  readonly document: Said
  /** Epoch milliseconds at which it was like that. */
  readonly asOf: number
}

/** A client as it was read. */
interface Held {
  readonly client: Client
  /** What it was read from; null for what was shipped. */
  readonly fetched: FetchedDocument | null
  /** Until when it is used without asking anybody. */
  readonly freshUntil: number
  /** Until when it is used where nothing may be fetched. */
  readonly knownUntil: number
}

const MINUTE = 60_000
const DAY = 86_400_000
/** Each takes about as much as its document, of which at most 16 KB are kept. */
const MAX_HELD = 1_000
/** How long other instances may not know that a document was withdrawn, where nothing is fetched. */
const KNOWN_FOR = 5 * MINUTE
/** How long a copy is used before its host is asked again. */
const COPY_FOR = MINUTE

/** A source for each way in which such an id can begin. */
export function documentSources(server: Deployed, options: DocumentSourceOptions): readonly ClientSource[] {
  const source = documentSource(server, options)
  const insecure = [...options.allowOrigins].filter((origin) => origin.startsWith('http:'))
  return ['https://', ...insecure.map((origin) => `${origin}/`)].map((prefix) => ({ prefix, ...source }))
}

function documentSource(server: Deployed, options: DocumentSourceOptions): Omit<ClientSource, 'prefix'> {
  const { documents, allowOrigins, isAllowed, shipped } = options
  const { clients: vocabulary } = server.tables
  const rules = { vocabulary, parse: clientMetadataParser(vocabulary) }
  const copies: DocumentCopies = documentCopies(server)
  const memory = keptFor<Held | null>(MAX_HELD)
  /** What a client of ours was read from, for as long as anybody has it. */
  const origins = new WeakMap<Client, FetchedDocument | 'shipped'>()

  const read = (client_id: string, said: Said): ReadDocument => readDocument(said, client_id, rules)

  function hold(
    client_id: string,
    { settings }: Extract<ReadDocument, { ok: true }>,
    fetched: FetchedDocument | null,
    times: Pick<Held, 'freshUntil' | 'knownUntil'>,
  ): Held {
    const client: Client = {
      ...settings,
      client_id,
      secrets: [],
      createdAt: null,
      documentHost: documentHost(client_id),
    }
    const held: Held = { client, fetched, ...times }
    origins.set(client, fetched ?? 'shipped')
    memory.keep(client_id, held, server.now(), DAY)
    return held
  }

  function forget(client_id: string): void {
    memory.keep(client_id, null, server.now(), 0)
  }

  /** Where nothing may be fetched. */
  async function known(client_id: string, held: Held | null): Promise<Client | null> {
    const now = server.now()
    if (held && now < held.knownUntil) return held.client
    const stored = await copies.get(client_id)
    if (stored?.withdrawnAt !== undefined && stored.withdrawnAt >= (held?.fetched?.fetchedAt ?? 0)) {
      forget(client_id)
      return null
    }
    const times = { freshUntil: held?.freshUntil ?? 0, knownUntil: now + KNOWN_FOR }
    if (held && (held.fetched?.fetchedAt ?? 0) >= (stored?.copy?.fetchedAt ?? 0)) {
      memory.keep(client_id, { ...held, ...times }, now, DAY)
      return held.client
    }
    return standIn(client_id, stored, times)?.held.client ?? null
  }

  /** What is used for want of a newer one. */
  function standIn(
    client_id: string,
    stored: DocumentCopy | null,
    times: Pick<Held, 'freshUntil' | 'knownUntil'>,
  ): StandIn | null {
    if (stored?.withdrawnAt !== undefined) return null
    if (stored?.copy) {
      const good = read(client_id, stored.copy.document)
      if (good.ok) {
        const held = hold(client_id, good, stored.copy, times)
        return { held, source: 'copy', asOf: stored.copy.fetchedAt, dropped: good.dropped }
      }
    }
    const last = shipped.get(client_id)
    const good = last && read(client_id, last.document)
    if (!last || !good?.ok) return null
    return { held: hold(client_id, good, null, times), source: 'shipped', asOf: last.asOf, dropped: good.dropped }
  }

  async function fetch(client_id: string, held: Held | null, { address }: Asker): Promise<Client> {
    const fetched = await documents.get(client_id, { address })
    const now = server.now()
    if (!fetched.ok) return withoutDocument(client_id, held, fetched)
    const good = read(client_id, fetched.json)
    if (!good.ok) {
      forget(client_id)
      await copies.withdrawn(client_id, now, shipped.has(client_id))
      throw refused(client_id, good.reason, good.description, good.hint)
    }
    // It may be the other place that is wrong, or away: then what was known stays.
    const wrong = await verifyClient(server.tables.verifyClient, good.settings, { address })
    if (wrong) {
      const description = `${wrong.member} ${wrong.problem}.`
      const hint = ['The rest of the document is good.', wrong.detail && quoted(wrong.detail)].filter(Boolean).join(' ')
      throw refused(client_id, 'metadata', description, hint)
    }
    const freshUntil = now + freshFor(fetched.freshFor)
    const times = { freshUntil, knownUntil: Math.max(freshUntil, now + KNOWN_FOR) }
    const document = { document: good.document, fetchedAt: now }
    const { client } = hold(client_id, good, document, times)
    await copies.fetched(client_id, document)
    const hint = droppedHint(good.dropped)
    server.emit({ type: 'document_read', clientId: client_id, source: 'host', asOf: now, ...(hint && { hint }) })
    return client
  }

  async function withoutDocument(
    client_id: string,
    held: Held | null,
    failed: Extract<Fetched, { ok: false }>,
  ): Promise<Client> {
    const now = server.now()
    if (isGone(failed)) {
      forget(client_id)
      await copies.withdrawn(client_id, now, shipped.has(client_id))
    }
    if (saysNothing(failed)) {
      const stored = await copies.get(client_id)
      const times = { freshUntil: now + COPY_FOR, knownUntil: now + KNOWN_FOR }
      const used = earlier(held, stored, times) ?? standIn(client_id, stored, times)
      if (used) {
        const { source, asOf, dropped } = used
        const hint = [`The host gave none: ${failed.detail}.`, droppedHint(dropped)].filter(Boolean).join(' ')
        server.emit({ type: 'document_read', clientId: client_id, source, asOf, hint })
        return used.held.client
      }
    }
    const hint = `${quoted(failed.detail)}, and there is no copy of it that may be used.`
    throw refused(client_id, failed.problem, failureDescription(failed), hint)
  }

  /** What this process has fetched itself, unless another one has a newer one, or knows that it was withdrawn. */
  function earlier(
    held: Held | null,
    stored: DocumentCopy | null,
    times: Pick<Held, 'freshUntil' | 'knownUntil'>,
  ): StandIn | null {
    if (!held?.fetched) return null
    const { fetchedAt, document } = held.fetched
    if (fetchedAt < Math.max(stored?.copy?.fetchedAt ?? 0, stored?.withdrawnAt ?? 0)) return null
    const good = read(held.client.client_id, document)
    if (!good.ok) return null
    const again = hold(held.client.client_id, good, held.fetched, times)
    return { held: again, source: 'copy', asOf: fetchedAt, dropped: good.dropped }
  }

  return {
    find(client_id, from) {
      const problem = documentIdProblem(client_id, allowOrigins)
      if (problem !== null || !isAllowed(client_id)) {
        if (!from) return null
        throw problem === null ? notAllowed(client_id) : noDocumentId(client_id, problem)
      }
      const now = server.now()
      const held = memory.get(client_id, now) ?? null
      if (held && now < held.freshUntil) return held.client
      return from ? fetch(client_id, held, from) : known(client_id, held)
    },
    async approved(client) {
      const origin = origins.get(client)
      if (origin) await copies.agreed(client.client_id, origin === 'shipped' ? null : origin)
    },
  }
}

interface StandIn {
  readonly held: Held
  readonly source: 'copy' | 'shipped'
  readonly asOf: number
  readonly dropped: readonly Dropped[]
}

const droppedHint = (dropped: readonly Dropped[]): string =>
  dropped
    .slice(0, 10)
    .map(({ member, value, why }) => `Left out: ${member} ${quoted(value)} ${why}.`)
    .join(' ')

function refused(clientId: string, check: string, description: string, hint: string): OAuthError {
  const more = { reason: `documents:${check}` as const, clientId, hint: `${quoted(clientId)}: ${hint}` }
  // Nothing was asked, so nothing is wrong with the client: it must not throw away what it has.
  return check === 'limited'
    ? new OAuthError('temporarily_unavailable', description, { ...more, headers: [['retry-after', '60']] })
    : new OAuthError('invalid_client', description, more)
}

const noDocumentId = (client_id: string, problem: string): OAuthError =>
  refused(
    client_id,
    'client_id',
    `The client_id is no URL of a client ID metadata document: it ${problem}.`,
    'It begins as a URL does.',
  )

const notAllowed = (client_id: string): OAuthError =>
  refused(
    client_id,
    'not_allowed',
    'This server does not take the client ID metadata document of this app.',
    `The option allow of metadataDocuments() leaves it out. Its host is ${listed([documentHost(client_id)])}.`,
  )
