/**
 * The options after every check.
 *
 * @module
 */
import type { Client } from '../clients/client.js'
import type { SigningAlgorithm } from '../keys/jwk.js'
import type { ScopeText } from '../pages/scope-text.js'
import type { PageSettings } from '../pages/settings.js'
import type { AsConfigured } from '../protocol/resource-uri.js'

/** The options after every check, with defaults, and durations in milliseconds. */
export interface Settings {
  readonly issuer: string
  readonly secrets: readonly string[]
  readonly allowUnwrappedKeys: boolean
  readonly signingAlgorithm: SigningAlgorithm
  readonly basePath: string
  readonly trustProxy: number
  readonly resources: ReadonlyMap<string, ResourceSettings>
  /** The same as a list. */
  readonly resourceList: readonly ResourceSettings[]
  /** What a URI that a client sends, or an operator writes, is called here. */
  readonly asConfigured: AsConfigured
  readonly clients: ReadonlyMap<string, Client>
  /** Redirect URIs whose scheme has no dot. */
  readonly privateUseRedirectUris: ReadonlySet<string>
  readonly defaultResource: string | undefined
  /** What features have beside the APIs, by resource; undefined for nothing. */
  readonly beside: ReadonlySet<string> | undefined
  readonly pages: PageSettings
  readonly codeLifetime: number
  readonly refreshIdleLifetime: number
  readonly grantLifetime: number
  readonly retryWindow: number
  readonly pendingRequestLifetime: number
  readonly consentLifetime: number
  readonly clientCacheLifetime: number
  readonly keyRotationInterval: number
  readonly jwksMaxAge: number
  /** For one verb of the storage. */
  readonly storageTimeout: number
  /** For one request as a whole, from when its body has arrived. */
  readonly requestTimeout: number
  /** Null when the app sees to it. */
  readonly purgeEvery: number | null
  /** The longest lifetime of any access token. */
  readonly longestAccessToken: number
}

export interface ResourceSettings {
  readonly resource: string
  /** What pages call it; undefined for its URI. */
  readonly name: ScopeText | undefined
  readonly scopes: readonly string[]
  /** What a request gets that names none. */
  readonly defaultScope: readonly string[]
  readonly scopeTexts: ReadonlyMap<string, ScopeText>
  /** Those that the user may leave out. */
  readonly optionalScopes: ReadonlySet<string>
  readonly format: 'jwt' | 'opaque'
  readonly accessTokenLifetime: number
  readonly isDefault: boolean
  /** Whether it is no API of its own: its scope may be asked for beside any API's. */
  readonly isBeside: boolean
  /** A scope without which none of the others is granted. */
  readonly needs: string | undefined
}
