/**
 * The parts of one running server, as the endpoints see them: settings, clock, entropy, records, keys, users, events.
 *
 * @module
 */

import type { WindowCounter } from '../authorize/pending-limit.js'
import type { PendingRequest } from '../authorize/pending-request.js'
import type { ClientRegistry } from '../clients/registry.js'
import type { Settings } from '../construction/checks.js'
import type { ServerOptions } from '../construction/options.js'
import type { CookieJar } from '../edge/cookies.js'
import type { ServerEventBody } from '../edge/events.js'
import type { Consent } from '../grant/consent.js'
import type { Grant } from '../grant/state.js'
import type { Keyring } from '../keys/keyring.js'
import type { PageRenderer } from '../pages/render.js'
import type { Storage } from '../storage/contract.js'
import type { Repository } from '../storage/repositories.js'
import type { UnsentAnswers } from '../storage/unsent-answers.js'
import type { UserAuthentication } from '../users/contract.js'

export interface Deployment {
  readonly settings: Settings
  readonly urls: Urls
  now(): number
  randomBytes(length: number): Uint8Array
  /** A record id for `name`, with issuer and purpose hashed in, so that two issuers can share a store. */
  recordId(purpose: string, name: string): string
  readonly storage: Storage
  /** The same as the app gave it, with what the contract does not ask for, such as `migrate`. For the CLI. */
  readonly givenStorage: Storage
  readonly grants: Repository<Grant>
  readonly requests: Repository<PendingRequest>
  readonly consents: Repository<Consent>
  /** Access tokens of the client_credentials grant that were revoked before their time. */
  readonly revokedTokens: Repository<RevokedToken>
  readonly counters: Repository<WindowCounter>
  /** Answers of the token endpoint that could not be sent. */
  readonly unsent: UnsentAnswers
  readonly clients: ClientRegistry
  readonly keyring: Keyring
  readonly users: UserAuthentication
  readonly pages: PageRenderer
  readonly clientClaims: ServerOptions['clientClaims']
  /** Keys derived from the deployment's secrets for the salts of refresh tokens, newest first. */
  readonly peppers: readonly Uint8Array[]
  readonly browserCookie: CookieJar
  emit(event: ServerEventBody): void
}

/** Every URL, made of the configured issuer and never of a `Host` header (RFC 8414 §6.2). */
export interface Urls {
  /** Scheme, host and port of the issuer. */
  readonly origin: string
  /** Absolute paths of the endpoints, by name. */
  readonly paths: { readonly [name in EndpointName]: string }
  /** The absolute URL of an endpoint. */
  of(name: EndpointName): string
}

export type EndpointName =
  | 'authorize'
  | 'consent'
  | 'login'
  | 'apps'
  | 'logout'
  | 'token'
  | 'revoke'
  | 'introspect'
  | 'jwks'

export function urlsOf(issuer: string, basePath: string): Urls {
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer
  const { origin, pathname } = new URL(base + basePath)
  const path = (name: string) => `${pathname}/${name}`
  return {
    origin,
    paths: {
      authorize: path('authorize'),
      consent: path('consent'),
      login: path('login'),
      apps: path('apps'),
      logout: path('logout'),
      token: path('token'),
      revoke: path('revoke'),
      introspect: path('introspect'),
      jwks: path('jwks'),
    },
    of: (name) => `${base}${basePath}/${name}`,
  }
}

/** A revoked access token without a grant, remembered until it would have expired. */
export interface RevokedToken {
  readonly id: string
  readonly issuer: string
  readonly expiresAt: number
}
