/**
 * A server that takes metadata documents, and the hosts of those, which answer as a test says.
 *
 * @module
 */
import type { ServerOptions } from '../../../src/construction/options.js'
import { type MetadataDocumentsOptions, metadataDocuments } from '../../../src/features/registration/index.js'
import type { Feature } from '../../../src/points/feature.js'
import { headerWay } from '../../points/fixtures.js'
import {
  authenticated,
  authorizeUrl,
  CALLBACK,
  type Harness,
  harness,
  obtainCode,
  pkce,
  redeemForm,
  refreshForm,
  type Tokens,
} from '../../support/harness.js'

export const client_id = 'https://client.example.com/oauth/client.json'
export const good = {
  client_id,
  client_name: 'Notes for all',
  redirect_uris: [CALLBACK],
  token_endpoint_auth_method: 'none',
}

/** What a host says: a document with headers, a status, or nothing at all. */
export type Said = { readonly document: unknown; readonly headers?: Record<string, string> } | number | Error

export interface Hosts {
  /** What every host says to the next who ask. */
  said: Said
  /** The URLs that were asked for. */
  readonly asked: string[]
  readonly fetch: (url: string) => Promise<Response>
}

export function hosts(said: Said = { document: good }): Hosts {
  const all: Hosts = {
    said,
    asked: [],
    async fetch(url) {
      all.asked.push(url)
      if (all.said instanceof Error) throw all.said
      if (typeof all.said === 'number') return new Response('{}', { status: all.said })
      const { document, headers } = all.said
      return new Response(typeof document === 'string' ? document : JSON.stringify(document), {
        headers: { 'content-type': 'application/json', ...headers },
      })
    },
  }
  return all
}

/** A way of client authentication that stands for the real one: it reads `x-private_key_jwt: <client_id> genuine`. */
export const keyWay: Feature = { name: 'keys', clientAuthentication: [headerWay('private_key_jwt')] }

export interface Served extends Harness {
  readonly hosts: Hosts
}

export function served(
  documents: Omit<MetadataDocumentsOptions, 'documents'> = {},
  options: Partial<ServerOptions> & { readonly at?: Hosts } = {},
): Served {
  const { at = hosts(), ...more } = options
  const feature = metadataDocuments({ ...documents, documents: { fetch: at.fetch } })
  const h = harness({ accessTokenLifetime: 7200, ...more, features: [feature, ...(more.features ?? [])] })
  return Object.assign(h, { hosts: at })
}

export const asked = { client_id, redirect_uri: CALLBACK, scope: 'read' }

/** The page, or the redirect, that an authorization request gets. */
export const authorize = (h: Harness, changes: Record<string, string> = {}): Promise<Response> =>
  h.browser().get(authorizeUrl(pkce().challenge, { ...asked, ...changes }))

/** All the way to tokens. */
export async function connect(h: Harness, changes: Record<string, string> = {}): Promise<Tokens> {
  const code = await obtainCode(h, { ...asked, ...changes })
  return tokensOf(h, { ...redeemForm(code), redirect_uri: changes.redirect_uri ?? CALLBACK })
}

export async function tokensOf(h: Harness, form: Record<string, string>, headers = {}): Promise<Tokens> {
  return (await (await h.post('/oauth/token', { client_id, ...form }, headers)).json()) as Tokens
}

export const refresh = (h: Harness, { refresh_token }: Tokens): Promise<Tokens> =>
  tokensOf(h, refreshForm(refresh_token))

export async function isActive(h: Harness, { access_token }: Tokens): Promise<boolean> {
  const response = await h.post('/oauth/introspect', ...authenticated({ token: access_token }, 'api'))
  return ((await response.json()) as { active: boolean }).active
}

export const MINUTE = 60_000
export const DAY = 86_400_000
