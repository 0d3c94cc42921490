/**
 * What a client is told about itself: all that was registered, and what was not.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 RFC 7591 §3.2.1}
 * @module
 */
import type { Client } from '../../clients/client.js'
import type { Deployment } from '../../deployment/deployment.js'
import type { ClientSettings } from '../../protocol/client-settings.js'
import { applicationTypeOf, type Dropped } from './rules/self-described.js'

/** The members of client metadata, as registered. */
export function metadataOf(settings: ClientSettings, dropped: readonly Dropped[] = []): object {
  const { client_name, client_uri, logo_uri, policy_uri, tos_uri, redirect_uris, grant_types } = settings
  const scope = settings.scope ?? settings.default_scope
  const refused = dropped.filter(({ member }) => member === 'redirect_uris')
  return {
    ...settings.fields,
    client_name,
    client_uri,
    logo_uri,
    policy_uri,
    tos_uri,
    redirect_uris,
    grant_types,
    response_types: ['code'],
    // RFC 7591 §2: the default of who says nothing; a secret in the form is taken as well.
    token_endpoint_auth_method: settings.token_endpoint_auth_method ?? 'client_secret_basic',
    application_type: applicationTypeOf(redirect_uris),
    scope: scope?.join(' '),
    ...(refused.length > 0 && {
      rejected_redirect_uris: refused.map(({ value, why }) => ({ redirect_uri: value, reason: `It ${why}.` })),
    }),
  }
}

/** What it gets once, or shows itself. */
export interface Credentials {
  readonly clientSecret?: string | undefined
  /** Null for a client that manages nothing. */
  readonly managementToken: string | null
}

export function clientInformation(
  { urls }: Deployment,
  client: Client,
  { clientSecret, managementToken }: Credentials,
  dropped: readonly Dropped[] = [],
): object {
  return {
    client_id: client.client_id,
    client_id_issued_at: Math.floor((client.createdAt ?? 0) / 1000),
    ...(clientSecret !== undefined && { client_secret: clientSecret }),
    // RFC 7591 §3.2.1: required where there is a secret; 0 for one that does not expire.
    ...(client.secrets.length > 0 && { client_secret_expires_at: 0 }),
    ...(managementToken !== null && {
      registration_access_token: managementToken,
      registration_client_uri: `${urls.of('register')}?client_id=${encodeURIComponent(client.client_id)}`,
    }),
    ...metadataOf(client, dropped),
  }
}
