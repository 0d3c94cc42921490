/**
 * Server metadata, made of what is mounted: an endpoint that is switched off disappears from it by construction.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414 RFC 8414}
 * @module
 */

import type { Settings } from '../deployment/settings.js'
import { cacheableJson } from '../edge/responses.js'
import type { Endpoint } from '../points/endpoint.js'
import type { Feature } from '../points/feature.js'
import type { Joined } from '../points/join.js'
import { MAX_JSON_BYTES } from '../protocol/json.js'
import { utf8 } from '../runtime/hash.js'

/**
 * Where clients look: with the path of the issuer inserted (RFC 8414 §3.1) or appended, as OpenID Connect has it. Looser than both: those that know
 * nothing but the host look at its root, and many for `openid-configuration` alone or first; these places are a feature's that wants them.
 *
 * @param taken paths that features have.
 */
function metadataPaths(issuer: string, taken: ReadonlySet<string>): readonly string[] {
  const path = new URL(issuer).pathname.replace(/\/$/, '')
  const [name, openid] = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'] as const
  const own = new Set([name + path, path + name])
  const lent = [name, openid + path, path + openid, openid].filter((place) => !own.has(place) && !taken.has(place))
  return [...new Set([...own, ...lent])]
}

interface Part {
  readonly feature: Pick<Feature, 'name'>
  readonly metadata: object | undefined
}

/**
 * What all say together: lists are joined, everything else is said by one.
 *
 * @throws {TypeError} when two say it.
 */
export function joinMetadata(parts: readonly Part[], claim: Joined['claim']): { readonly [member: string]: unknown } {
  const said = new Map<string, { readonly by: Part['feature']; readonly value: unknown }>()
  for (const { feature, metadata = {} } of parts) {
    for (const [member, value] of Object.entries(metadata)) {
      const before = said.get(member)
      if (Array.isArray(before?.value)) {
        if (!Array.isArray(value)) throw noList(member, feature, before.by)
        said.set(member, { by: before.by, value: [...new Set([...before.value, ...value])] })
        continue
      }
      if (before || !Array.isArray(value)) claim('metadata member', member, feature)
      said.set(member, { by: feature, value: Array.isArray(value) ? [...new Set(value)] : value })
    }
  }
  return Object.fromEntries([...said].map(([member, { value }]) => [member, value]))
}

const noList = (member: string, one: Part['feature'], other: Part['feature']) =>
  new TypeError(
    `features: '${one.name}' says no list for the metadata member '${member}', and '${other.name}' does. Write a list.`,
  )

/**
 * The document: what the server as a whole says, and what its endpoints and features add. It is written once.
 *
 * @param taken paths that features have.
 * @throws {TypeError} when it is larger than its readers take.
 */
export function metadataEndpoint(settings: Settings, metadata: object, taken: ReadonlySet<string>): Endpoint {
  const text = JSON.stringify(metadata)
  const bytes = utf8(text).length
  if (bytes > MAX_JSON_BYTES) {
    throw new TypeError(
      `The metadata of this server would have ${bytes} bytes, and ${MAX_JSON_BYTES} are the most that its readers take. Shorten the names of scopes in the option resources, or their number.`,
    )
  }
  const response = cacheableJson(text, settings.jwksMaxAge)
  return {
    name: 'metadata',
    paths: metadataPaths(settings.issuer, taken),
    methods: { GET: () => response },
    answers: 'json',
    cors: true,
  }
}
