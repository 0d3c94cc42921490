/**
 * Where a known client looks for metadata, in its order. Pure.
 *
 * @module
 */
import type { KnownClient, ResourceMetadataForm, ServerMetadataForm } from './known-client.js'

const RESOURCE = '/.well-known/oauth-protected-resource'
const OAUTH = '/.well-known/oauth-authorization-server'
const OPENID = '/.well-known/openid-configuration'

/**
 * Addresses of resource metadata that it tries, one after the other, until one has it. With the address of a challenge it tries no other, if
 * it looks at challenges. Empty where that is not known.
 *
 * @param resource The URL that the client was given.
 * @param challenged `resource_metadata` of the challenge.
 */
export function resourceMetadataUrls(client: KnownClient, resource: string, challenged?: string): readonly string[] {
  const { origin, path } = partsOf(resource)
  const forms = client.discovery?.resourceMetadata ?? []
  if (challenged !== undefined && forms.includes('challenge')) return [challenged]
  const urls: Readonly<Record<Exclude<ResourceMetadataForm, 'challenge'>, string>> = {
    path_inserted: origin + RESOURCE + path,
    root: origin + RESOURCE,
  }
  return [...new Set(forms.flatMap((form) => (form === 'challenge' ? [] : [urls[form]])))]
}

/** Addresses of server metadata that it tries, one after the other, until one has it. Empty where that is not known. */
export function serverMetadataUrls(client: KnownClient, issuer: string): readonly string[] {
  const { origin, path } = partsOf(issuer)
  const urls: Readonly<Record<ServerMetadataForm, string>> = {
    oauth_path_inserted: origin + OAUTH + path,
    openid_path_inserted: origin + OPENID + path,
    openid_path_appended: origin + path + OPENID,
    oauth_root: origin + OAUTH,
    openid_root: origin + OPENID,
  }
  return [...new Set((client.discovery?.serverMetadata ?? []).map((form) => urls[form]))]
}

function partsOf(url: string) {
  const { origin, pathname } = new URL(url)
  return { origin, path: pathname.replace(/\/$/, '') }
}
