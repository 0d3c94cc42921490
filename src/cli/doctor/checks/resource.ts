/**
 * The metadata of the resource: where they are, whether they speak of the URL that people type, and which server they name.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-3.3 RFC 9728 §3.3}
 * @module
 */
import type { KnownResource } from '../../../known-clients/index.js'
import { short } from '../exchange.js'
import { type Check, type Finding, failed, noTls, notReached, ok, warning } from '../finding.js'
import { originOf, stringsOf } from '../world.js'
import { isWithoutTls, obstacle, triesOf } from './search.js'

const serve =
  '`createResourceServer({ …, metadata: true })`, and `resourceMetadata(…)` of the adapter mounted at the root of the host; `mcp()` does that. A proxy has to pass `/.well-known/oauth-protected-resource` on'

export const resource: Check = {
  name: 'resource',
  short: 'res',
  about: 'the metadata of the MCP endpoint are found, and speak of its URL',
  mcp: true,
  judge({ target, client, resourceMetadata }) {
    const { tries, found } = resourceMetadata
    if (target.kind !== 'mcp') return notReached('no MCP endpoint was given')
    if (isWithoutTls(resourceMetadata)) return notReached(noTls)
    const stopped = obstacle(resourceMetadata)
    if (stopped) return failed({ change: serve, ...stopped })
    if (!found) {
      return failed({ received: triesOf(tries), right: 'a JSON document at one of these addresses', change: serve })
    }
    const { json, url } = found
    const wrongOrigin = client.discovery?.sameOriginOnly && originOf(url) !== originOf(target.url)
    if (wrongOrigin) {
      return failed({
        received: `the metadata are at ${short(url)}`,
        right: `the same origin as ${short(target.url)}: this client takes no other`,
        change: 'serve the metadata from the host of the MCP endpoint, and name `resource` by that host',
      })
    }
    return (
      resourceProblem(json.resource, target.url, client.resource?.compares) ??
      serversProblem(json.authorization_servers) ??
      scopeProblem(json.scopes_supported) ??
      ok(`${short(url)}`)
    )
  },
}

function resourceProblem(
  resource: unknown,
  url: string,
  compares: KnownResource['compares'] | undefined,
): Finding | null {
  if (typeof resource === 'string' && isEqual(resource, url, compares)) return null
  const words = {
    received: `resource: ${short(JSON.stringify(resource) ?? 'missing')}`,
    right: `"${short(url)}", the URL that people type${compares === 'exact' ? ', byte for byte' : ''}`,
    change: 'name `resource` as that URL, in the guard and in `resources` of the server; or give people the other one',
  }
  return failed(words)
}

function isEqual(resource: string, url: string, compares: KnownResource['compares'] | undefined): boolean {
  if (resource === url) return true
  if (compares === 'exact' || !URL.canParse(resource)) return false
  const one = new URL(resource)
  const other = new URL(url)
  if (one.href === other.href) return true
  if (compares === 'normalized' || one.origin !== other.origin) return false
  const path = (of: URL) => (of.pathname.endsWith('/') ? of.pathname : `${of.pathname}/`)
  return path(other).startsWith(path(one))
}

function serversProblem(servers: unknown): Finding | null {
  const [first] = stringsOf(servers) ?? []
  if (first !== undefined && originOf(first) !== null) return null
  return failed({
    received: `authorization_servers: ${short(JSON.stringify(servers) ?? 'missing')}`,
    right: 'a list whose first member is the issuer of the authorization server',
    change: 'the resource half writes it by itself: nothing may rewrite the document on its way',
  })
}

/** MCP 2026-07-28: `offline_access` is the server's, and stands neither here nor in challenges. */
function scopeProblem(scopes: unknown): Finding | null {
  if (!stringsOf(scopes)?.includes('offline_access')) return null
  return warning({
    received: 'scopes_supported of the resource has offline_access',
    right: 'offline_access in the metadata of the server alone',
    change: 'take `offline_access` out of the scopes of the resource: every client with refresh tokens gets it',
  })
}
