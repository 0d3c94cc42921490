/**
 * Joins the features of a server into tables, once, at construction. What two of them claim is a mistake that is told with both names.
 *
 * @module
 */
import { isSigningAlgorithm, type SigningAlgorithm, signingAlgorithms } from '../keys/jwk.js'
import { authorizationParameters } from '../protocol/authorization-request.js'
import type { ClientField } from '../protocol/client-vocabulary.js'
import { clientFieldNames } from '../protocol/parse-client-metadata.js'
import { checkFeatures } from './check-features.js'
import type { Feature } from './feature.js'
import type { Tables } from './tables.js'

export interface Joined {
  /** The server's own first. */
  readonly features: readonly Feature[]
  readonly tables: Tables
  /** Notes that a feature claims something. @throws {TypeError} when another has claimed it already. */
  claim: Claim
}

type Claim = (kind: string, name: string, feature: Pick<Feature, 'name'>) => void

/**
 * @param core what every server has.
 * @param given the option `features`.
 * @throws {TypeError} when a feature is wrong, or two claim the same.
 */
export function joinFeatures(core: Feature, given: readonly Feature[] = []): Joined {
  checkFeatures(given)
  // In an order of our own, so that no list, message or document tells how they were given.
  const features = [core, ...[...given].sort((one, other) => (one.name < other.name ? -1 : 1))]
  const claim = claims(core)
  const table = <Name extends string, Row>(
    kind: string,
    rows: (feature: Feature) => Iterable<readonly [Name, Row]>,
  ): Map<Name, Row> => {
    const joined = new Map<Name, Row>()
    for (const feature of features)
      for (const [name, row] of rows(feature)) {
        claim(kind, name, feature)
        joined.set(name, row)
      }
    return joined
  }
  for (const name of clientFieldNames) claim('client metadata field', name, core)
  for (const name of authorizationParameters) claim('parameter', name, core)
  for (const feature of features) {
    for (const { parameters = [] } of feature.terms ?? [])
      for (const name of parameters) claim('parameter', name, feature)
    for (const { scheme } of feature.clientAuthentication ?? [])
      if (scheme !== undefined) claim('scheme of the Authorization header', scheme, feature)
  }
  const grantTypes = table('grant type', ({ grantTypes = [] }) => grantTypes.map((row) => [row.name, row]))
  // Several features may want the very same row: where the keys of a client are is one.
  const fields = new Set<ClientField>()
  const ways = features.flatMap(({ clientAuthentication = [] }) => clientAuthentication)
  return {
    features,
    claim,
    tables: {
      grantTypes,
      clientAuthentication: ways,
      responseModes: table('response mode', ({ responseModes = [] }) => responseModes.map((row) => [row.name, row])),
      requestSources: table('request source', ({ requestSources = [] }) =>
        requestSources.map((row) => [row.parameter, row]),
      ),
      keyProofs: table('key proof', ({ keyProofs = [] }) => keyProofs.map((row) => [row.member, row])),
      terms: table('term', ({ terms = [] }) => terms.map((row) => [row.name, row])),
      algorithms: algorithmsOf(features),
      recognizers: features.flatMap((feature) => (feature.recognizes ? [feature.recognizes.bind(feature)] : [])),
      verifyClient: features.flatMap((feature) => feature.verifyClient?.bind(feature) ?? []),
      knownAs: [
        ...table('way of knowing users', (feature) =>
          feature.knownAs ? [['knownAs', feature.knownAs.bind(feature)] as const] : [],
        ).values(),
      ][0],
      keptSecrets: [
        ...table('kept secret', ({ keptSecrets = [] }) => keptSecrets.map((name) => [name, name] as const)).values(),
      ],
      signedOut: features.flatMap((feature) => (feature.signedOut ? [feature.signedOut.bind(feature)] : [])),
      limits: [...new Set(features.flatMap(({ limits = [] }) => limits))],
      clients: {
        grantTypes,
        authenticationMethods: table('client authentication method', ({ clientAuthentication = [] }) =>
          clientAuthentication.flatMap((way) => way.methods.map((method) => [method, way] as const)),
        ),
        fields: table('client metadata field', ({ clientFields = [] }) =>
          clientFields.filter((row) => !fields.has(row) && fields.add(row)).map((row) => [row.name, row]),
        ),
      },
    },
  }
}

/** Several features may want the same one. */
function algorithmsOf(features: readonly Feature[]): SigningAlgorithm[] {
  for (const { name, algorithms = [] } of features)
    for (const algorithm of algorithms)
      if (!isSigningAlgorithm(algorithm))
        throw new TypeError(
          `features: '${name}': algorithms must be of ${signingAlgorithms.join(', ')}, not ${JSON.stringify(algorithm)}`,
        )
  return [...new Set(features.flatMap(({ algorithms = [] }) => algorithms))]
}

function claims(core: Feature): Claim {
  const owners = new Map<string, Pick<Feature, 'name'>>()
  return (kind, name, feature) => {
    // An object cannot have a member of that name as any other.
    if (name === '__proto__')
      throw new TypeError(`features: '${feature.name}' brings the ${kind} '__proto__'. Give it another name.`)
    const key = `${kind}\0${name}`
    const owner = owners.get(key)
    owners.set(key, feature)
    if (!owner) return
    if (owner === feature)
      throw new TypeError(`features: '${feature.name}' has the ${kind} '${name}' twice. Leave one out.`)
    throw new TypeError(
      owner === core
        ? `features: '${feature.name}' brings the ${kind} '${name}', which the server itself has. Leave it out, or give it another name.`
        : `features: '${owner.name}' and '${feature.name}' both bring the ${kind} '${name}'. Leave one of them out, or give one another name.`,
    )
  }
}
