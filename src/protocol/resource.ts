/**
 * Resources: which APIs an access token may be for, and which scope it has at each. What a client asks for (`requested-access.ts`) becomes an
 * {@link Access}, the ceiling of a grant; each access token (`choose-access.ts`) is then for one resource of it. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707 RFC 8707}
 * @module
 */
import type { ClientSettings } from './client-settings.js'

/** An API that the server issues access tokens for. */
export interface ResourceDefinition {
  /** Its identifier, compared as a string: what `aud` will be. */
  readonly resource: string
  /** Every scope name that means something there. Empty for an API that knows no scope. */
  readonly scopes: readonly string[]
  /** What a request gets that names none, from a client without a default of its own. @default all of `scopes` */
  readonly defaultScope?: readonly string[] | undefined
  /** Whether it is meant when a request names none. At most one is. */
  readonly isDefault: boolean
  /** Whether it is no API of its own: its scope may be asked for beside any API's, and without one. @default false */
  readonly isBeside?: boolean | undefined
  /** A scope of it without which none of the others means anything. @default none */
  readonly needs?: string | undefined
}

/** One resource and the scope that is granted there, possibly empty. */
export interface ResourceAccess {
  readonly resource: string
  readonly scope: readonly string[]
}

/** What was granted: never empty, each resource once. */
export type Access = readonly ResourceAccess[]

/** What a client may ask for. */
export type ClientLimits = Pick<ClientSettings, 'scope' | 'default_scope' | 'resources'>

export type AccessRefusal = 'invalid_target' | 'invalid_scope'
