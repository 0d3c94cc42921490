/**
 * `offline_access`: the name by which clients ask for refresh tokens. Here the registration decides about those, so it changes nothing; a client that
 * has them is told that it has it, because some look for the name in the answer. It is no scope of any API: people are not asked about it, and
 * access tokens do not have it. An API that has a scope of that very name has it as any other. Pure.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess OpenID Connect Core §11}
 * @module
 */
import type { ClientSettings } from './client-settings.js'

export const OFFLINE_ACCESS = 'offline_access'

/** @param unknown names that no resource knows. */
export const isOfflineAccess = (
  unknown: readonly string[],
  { grant_types }: Pick<ClientSettings, 'grant_types'>,
): boolean => unknown.includes(OFFLINE_ACCESS) && grant_types.includes('refresh_token')

/**
 * The scope that an answer tells. RFC 6749 §3.3, §5.1: what was granted, where it differs from what was asked for; so the name is there beside the
 * scope of the access token.
 */
export const withOfflineAccess = (scope: readonly string[], isGranted: boolean): readonly string[] =>
  isGranted && !scope.includes(OFFLINE_ACCESS) ? [...scope, OFFLINE_ACCESS] : scope
