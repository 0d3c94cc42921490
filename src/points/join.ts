/**
 * Joins the features of a server into tables, once, at construction. What two of them claim is a mistake that is told with both names.
 *
 * @module
 */
import { authorizationParameters } from '../protocol/authorization-request.js'
import { clientFieldNames } from '../protocol/parse-client-metadata.js'
import { isRecord, refuseUnknown } from '../runtime/option-checks.js'
import { version } from '../runtime/version.js'
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
  for (const feature of features)
    for (const { parameters = [] } of feature.terms ?? [])
      for (const name of parameters) claim('parameter', name, feature)
  const grantTypes = table('grant type', ({ grantTypes = [] }) => grantTypes.map((row) => [row.name, row]))
  const ways = features.flatMap(({ clientAuthentication = [] }) => clientAuthentication)
  return {
    features,
    claim,
    tables: {
      grantTypes,
      clientAuthentication: ways,
      responseModes: table('response mode', ({ responseModes = [] }) => responseModes.map((row) => [row.name, row])),
      keyProofs: table('key proof', ({ keyProofs = [] }) => keyProofs.map((row) => [row.member, row])),
      terms: table('term', ({ terms = [] }) => terms.map((row) => [row.name, row])),
      clients: {
        grantTypes,
        authenticationMethods: table('client authentication method', ({ clientAuthentication = [] }) =>
          clientAuthentication.flatMap((way) => way.methods.map((method) => [method, way] as const)),
        ),
        fields: table('client metadata field', ({ clientFields = [] }) => clientFields.map((row) => [row.name, row])),
      },
    },
  }
}

const members: { readonly [member in keyof Required<Feature>]: 'text' | 'list' | 'function' | 'object' } = {
  name: 'text',
  madeFor: 'text',
  grantTypes: 'list',
  clientAuthentication: 'list',
  responseModes: 'list',
  keyProofs: 'list',
  terms: 'list',
  clientFields: 'list',
  resources: 'function',
  metadata: 'object',
  endpoints: 'function',
}

function checkFeatures(given: unknown): void {
  if (!Array.isArray(given)) throw new TypeError('features must be a list. Write `features: [feature()]`.')
  const names = new Set<string>()
  for (const [i, feature] of given.entries()) {
    const where = `features[${i}]`
    if (typeof feature === 'function') {
      throw new TypeError(`${where} is a function. Call it: \`features: [feature()]\`.`)
    }
    if (!isRecord(feature) || !('name' in feature) || typeof feature.name !== 'string' || feature.name === '') {
      throw new TypeError(`${where} is not a feature: an object with a name.`)
    }
    const { name } = feature
    refuseUnknown(feature, Object.keys(members), `${where} ('${name}')`)
    for (const [member, kind] of Object.entries(members)) {
      const value = (feature as { readonly [name: string]: unknown })[member]
      if (value !== undefined && !isOf(kind, value))
        throw new TypeError(`${where} ('${name}'): ${member} must be ${forms[kind]}.`)
    }
    checkRows(feature, `${where} ('${name}')`)
    if (names.has(name)) throw new TypeError(`features: '${name}' is given twice. Give it once.`)
    names.add(name)
    const { madeFor } = feature as Partial<Feature>
    if (madeFor !== undefined && madeFor !== version) {
      throw new TypeError(
        `features: '${name}' belongs to version ${madeFor} of grantwright, and this is ${version}. Two versions are installed: \`npm ls grantwright\` shows where from.`,
      )
    }
  }
}

/** What a row cannot be without. */
const rows: { readonly [member in keyof Feature]?: { readonly [member: string]: keyof typeof forms } } = {
  grantTypes: { name: 'text', answer: 'function' },
  clientAuthentication: { methods: 'list', read: 'function', judge: 'function' },
  responseModes: { name: 'text', carrier: 'text' },
  keyProofs: { member: 'text', read: 'function' },
  terms: { name: 'text' },
  clientFields: { name: 'text', parse: 'function' },
}

function checkRows(feature: { readonly [member: string]: unknown }, where: string): void {
  for (const [member, needed] of Object.entries(rows)) {
    const parts = Object.entries(needed)
    for (const [i, row] of ((feature[member] ?? []) as readonly unknown[]).entries()) {
      const has = (name: string): unknown => (row as { readonly [name: string]: unknown })[name]
      if (isRecord(row) && parts.every(([name, kind]) => isOf(kind, has(name)))) continue
      const words = parts.map(([name, kind]) => `${name} (${forms[kind]})`).join(', ')
      throw new TypeError(`${where}: ${member}[${i}] must be an object with ${words}.`)
    }
  }
}

const forms = { text: 'a string', list: 'a list', function: 'a function', object: 'an object' }

function isOf(kind: keyof typeof forms, value: unknown): boolean {
  if (kind === 'list') return Array.isArray(value)
  if (kind === 'object') return isRecord(value)
  return typeof value === (kind === 'text' ? 'string' : kind)
}

function claims(core: Feature): Claim {
  const owners = new Map<string, Pick<Feature, 'name'>>()
  return (kind, name, feature) => {
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
