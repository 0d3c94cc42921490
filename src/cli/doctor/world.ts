/**
 * What one client met at a deployment: everything that was asked and came, without any judgement. Checks read it.
 *
 * @module
 */
import type { Encounter, Identification, KnownClient, RegistrationBody } from '../../known-clients/index.js'
import type { Exchange, Json } from './exchange.js'

/** What doctor was given. */
export interface Target {
  /** `mcp`: the URL of an MCP endpoint; `issuer`: that of an authorization server. */
  readonly kind: 'mcp' | 'issuer'
  /** As it was written. */
  readonly url: string
  /** What speaks against its being either, in a sentence. */
  readonly doubt?: string | undefined
}

/** An address that was tried. Redirects inside of its origin were followed. */
export interface Try {
  readonly url: string
  /** At least one. */
  readonly hops: readonly Exchange[]
  /** What it held in the end. */
  readonly json: Json | null
}

/** Addresses that the client tries, one after the other, until one has what it looks for. */
export interface Search {
  readonly tries: readonly Try[]
  readonly found: { readonly url: string; readonly json: Json } | null
}

export interface Registered {
  readonly request: RegistrationBody
  readonly exchange: Exchange
  /** Whether the server was asked to register nothing. */
  readonly dryRun: boolean
  /** What became of the client afterwards. */
  readonly removal: Removal
}

/**
 * - `removed`: it is gone (RFC 7592)
 * - `nothing`: nothing was registered
 * - `left`: it is still there, and `why`
 */
export type Removal =
  | { readonly state: 'removed' | 'nothing' }
  | { readonly state: 'left'; readonly client_id: string; readonly why: string }

/** A visit of the authorization endpoint. Redirects inside of its origin were followed, but not to the client. */
export interface Visit {
  readonly redirectUri: string
  /** At least one. */
  readonly hops: readonly Exchange[]
}

export interface Preflight {
  /** Which address, in words. */
  readonly what: string
  readonly preflight: Exchange
  /** What came when the request itself was sent with an `Origin`, where that changes nothing at the server. */
  readonly answer: Exchange | null
}

export interface World {
  readonly client: KnownClient
  readonly target: Target
  /** Milliseconds: the time of day. */
  readonly now: number
  /** Of an MCP endpoint. */
  readonly challenge: Exchange | null
  readonly resourceMetadata: Search
  readonly serverMetadata: Search
  /** The issuer that the client looks for: of the resource's metadata, else what doctor was given. */
  readonly issuer: string
  /** Whether {@link issuer} is only the origin of the MCP endpoint, because nobody names one. */
  readonly issuerGuessed: boolean
  readonly met: Encounter
  /** How the client identifies itself; undefined when it cannot. */
  readonly way: (Identification & { readonly client_id?: string }) | undefined
  readonly registered: Registered | null
  /** Why the authorization endpoint was not tried after a dry run. */
  readonly untried?: string | undefined
  /** The id that the client got or has; after a dry run that of the client that stands in for it. */
  readonly clientId: string | undefined
  readonly visits: readonly Visit[]
  /** One with `prompt=none`, which servers that know it answer at the client. */
  readonly silentVisit: Visit | null
  readonly token: Exchange | null
  readonly preflights: readonly Preflight[]
  /** Everything above, in the order in which it was asked. */
  readonly exchanges: readonly Exchange[]
}

/** Strings of a member of metadata that is a list; undefined when it is none. */
export function stringsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined
}

export const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The last exchange of a try or a visit. */
export function lastOf({ hops }: { readonly hops: readonly Exchange[] }): Exchange {
  const last = hops.at(-1)
  if (!last) throw new TypeError('There is no exchange.')
  return last
}

export const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null)
