/**
 * The parts of one running server, as the endpoints see them: settings, clock, entropy, records, keys, users, events.
 *
 * @module
 */

import type { Client } from '../clients/client.js'
import type { Clients } from '../clients/contract.js'
import type { CookieJar } from '../edge/cookies.js'
import type { ServerEventBody } from '../edge/events.js'
import type { Consent } from '../grant/consent.js'
import type { Grant } from '../grant/state.js'
import type { Keyrings } from '../keys/keyrings.js'
import type { PageRenderer } from '../pages/render.js'
import type { Storage } from '../storage/contract.js'
import type { Repository } from '../storage/repositories.js'
import type { UnsentAnswers } from '../storage/unsent-answers.js'
import type { ClientClaims, UserAuthentication } from '../users/contract.js'
import type { Deliveries } from './deliveries.js'
import type { Limits } from './limits.js'
import type { Once } from './once.js'
import type { PendingRequest, UsedOnce, WindowCounter } from './records.js'
import type { Settings } from './settings.js'
import type { UnderWay } from './under-way.js'
import type { Urls } from './urls.js'

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
  readonly revokedTokens: Repository<UsedOnce>
  /**
   * Uses a name up, such as the `jti` of an assertion: true for whoever is first at any instance, false for everybody else until `until`. To be called last,
   * when nothing else is left to refuse: what is used up stays so.
   *
   * @param purpose what it is the name of, so that two kinds never meet.
   * @param until epoch milliseconds from which it would be refused anyway.
   * @throws {Unavailable} when the store fails: then nobody knows, and the request must not go on.
   */
  readonly once: Once
  readonly counters: Repository<WindowCounter>
  /** How much of something strangers may have done. */
  readonly limits: Limits
  /** Answers of the token endpoint that could not be sent. */
  readonly unsent: UnsentAnswers
  /** Authorization codes that are being redeemed in this process, by digest. */
  readonly redeeming: UnderWay
  readonly clients: Clients
  readonly keyring: Keyrings
  readonly users: UserAuthentication
  /**
   * How a client knows a user: by the subject, unless a feature gives it another id.
   *
   * @param redirectUri of the grant, where there is one.
   */
  knownAs(client: Client, subject: string, redirectUri?: string): string | Promise<string>
  /** What others must learn. */
  readonly deliveries: Deliveries
  readonly pages: PageRenderer
  readonly clientClaims: ClientClaims | undefined
  /** Keys derived from the deployment's secrets for the salts of refresh tokens, newest first. */
  readonly peppers: readonly Uint8Array[]
  readonly browserCookie: CookieJar
  emit(event: ServerEventBody): void
  /** Says something on the console, once. */
  advise(advice: 'login_lost' | 'proxy_not_trusted' | 'forwarded_not_read'): void
}
