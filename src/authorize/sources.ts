/**
 * Puts together an authorization request whose parameters are not all in the request itself.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests OpenID Connect Core §6}
 * @module
 */
import type { Client } from '../clients/client.js'
import type { Asker } from '../clients/sources.js'
import type { SourceRefused } from '../points/request-source.js'
import type { Deployed } from '../points/tables.js'
import { collectParameters, type Parameters } from '../protocol/parameters.js'

/** The whole request. As it was sent when no feature reads what it points to, or when it is wrong anyway. */
export async function wholeRequest(
  deployment: Deployed,
  sent: Parameters,
  client: Client,
  from: Asker,
): Promise<Parameters | SourceRefused> {
  const { requestSources } = deployment.tables
  if (requestSources.size === 0 || sent.problems.size > 0) return sent
  const [source, ...others] = [...requestSources.values()].filter(({ parameter }) => sent.get(parameter) !== undefined)
  if (!source) return sent
  // OpenID Connect Core §6.2, RFC 9101 §5: not both.
  if (others.length > 0) {
    const names = [source, ...others].map(({ parameter }) => parameter).join(' and ')
    return { error: 'invalid_request', description: `${names} cannot stand together.`, reason: 'request:several' }
  }
  const found = await source.read(sent.get(source.parameter) ?? '', client, from, deployment)
  if ('error' in found) return found
  const inside = new Set(found.parameters.map(([name]) => name))
  const said = found.parameters.find(([name, value]) => name === 'client_id' && value !== client.client_id)
  // RFC 9101 §5, §10.8: what was made for another client, or leads on, is none.
  if (said || [...requestSources.keys()].some((name) => inside.has(name))) {
    return {
      error: 'invalid_request_object',
      description: 'The request object speaks of another client, or of another request object.',
      reason: 'request:foreign',
    }
  }
  // OpenID Connect Core §6.1: what is inside supersedes what stands beside; RFC 9101 §5: there is nothing beside.
  const counts = (name: string) => !inside.has(name) && (!found.isWhole || name === 'client_id')
  const beside = sent.names().filter((name) => counts(name) && name !== source.parameter)
  return collectParameters([
    ...beside.map((name) => [name, sent.get(name) ?? ''] as const),
    ...(counts('resource') ? sent.resources.map((uri) => ['resource', uri] as const) : []),
    ...found.parameters,
  ])
}
