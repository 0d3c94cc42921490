/**
 * Checks the option `features`: whether each is a feature, and one of this version.
 *
 * @module
 */
import { confirmationMembers } from '../protocol/confirmation.js'
import { orList } from '../protocol/spelling.js'
import { isRecord, refuseUnknown } from '../runtime/option-checks.js'
import { version } from '../runtime/version.js'
import type { Feature } from './feature.js'

const members: { readonly [member in keyof Required<Feature>]: 'text' | 'list' | 'function' | 'object' } = {
  name: 'text',
  madeFor: 'text',
  grantTypes: 'list',
  clientAuthentication: 'list',
  responseModes: 'list',
  requestSources: 'list',
  keyProofs: 'list',
  terms: 'list',
  clientFields: 'list',
  recognizes: 'function',
  limits: 'list',
  resources: 'function',
  algorithms: 'list',
  signedOut: 'function',
  verifyClient: 'function',
  knownAs: 'function',
  keptSecrets: 'list',
  deliver: 'function',
  clientSources: 'function',
  metadata: 'object',
  endpoints: 'function',
}

/** @throws {TypeError} which one, what is wrong with it, and what to do. */
export function checkFeatures(given: unknown): void {
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
    checkSchemes(feature as Partial<Feature>, `${where} ('${name}')`)
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
  responseModes: { name: 'text', carrier: 'carrier' },
  requestSources: { parameter: 'text', read: 'function' },
  keyProofs: { member: 'member', read: 'function' },
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

/** Schemes are compared in small letters; one that has others would let nobody in. */
function checkSchemes({ clientAuthentication = [] }: Partial<Feature>, where: string): void {
  for (const { scheme } of clientAuthentication) {
    if (scheme !== undefined && !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(scheme)) {
      throw new TypeError(`${where}: the scheme '${scheme}' must be in small letters, as in 'basic'.`)
    }
  }
}

const oneOf = { carrier: ['query', 'fragment', 'form_post'], member: confirmationMembers }

const forms = {
  text: 'a string',
  list: 'a list',
  function: 'a function',
  object: 'an object',
  carrier: orList(oneOf.carrier),
  member: orList(oneOf.member),
}

function isOf(kind: keyof typeof forms, value: unknown): boolean {
  if (kind === 'carrier' || kind === 'member') return oneOf[kind].some((known) => known === value)
  if (kind === 'list') return Array.isArray(value)
  if (kind === 'object') return isRecord(value)
  return typeof value === (kind === 'text' ? 'string' : kind)
}
