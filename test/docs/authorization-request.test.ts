/** The tables of docs/authorization-request.md, held to what the endpoint reads. */
import { describe, expect, it } from 'vitest'
import { authorizationParameters, validateAuthorizationRequest } from '../../src/protocol/authorization-request.js'
import { type AuthorizingClient, identifyClient } from '../../src/protocol/identify-client.js'
import { type Parameters, parseParameters } from '../../src/protocol/parameters.js'
import { clientMetadataParser } from '../../src/protocol/parse-client-metadata.js'
import { codes, tablesOf } from '../support/doc-tables.js'
import { tables, vocabulary } from '../support/tables.js'

const rowsUnder = tablesOf('docs/authorization-request.md')
const rows = rowsUnder('## What is read')
const ignored = rowsUnder('## What is ignored')
const name = (row: string[]) => codes(row[0])[0] ?? ''

const REDIRECT = 'https://app.example.com/cb'
const client: AuthorizingClient = {
  ...clientMetadataParser(vocabulary)({ redirect_uris: [REDIRECT], scope: 'read' }),
  client_id: 'app',
}
const rules = {
  resources: [{ resource: 'https://api.example.com', scopes: ['read', 'wrong'], isDefault: true }],
  asConfigured: (uri: string) => uri,
  responseModes: tables.responseModes,
  terms: new Map(),
}
const good = {
  ...{ response_type: 'code', client_id: 'app', redirect_uri: REDIRECT, state: 'abc' },
  ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
}

/** What becomes of a request: where errors are told, or what is asked for. */
function outcome(parameters: Parameters) {
  const identified = identifyClient(parameters, client)
  if ('problem' in identified) return 'told on a page'
  const asked = validateAuthorizationRequest(identified, parameters, rules)
  return 'error' in asked ? asked.error : asked
}
const asked = (parameters: Record<string, string | undefined>) =>
  outcome(
    parseParameters(
      new URLSearchParams(
        Object.entries(parameters).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ).toString(),
    ),
  )

describe('the page about authorization requests', () => {
  it('has a row of four cells for every parameter that has a meaning, and no other', () => {
    expect(rows.map(name).sort()).toEqual([...authorizationParameters].sort())
    for (const row of rows) expect(row.filter((cell) => cell !== '')).toHaveLength(4)
    for (const row of ignored) expect(row.filter((cell) => cell !== '')).toHaveLength(3)
  })

  it('names whatever is read of a request; `pending` and `switch` belong to the endpoint', () => {
    const read = new Set<string>()
    const parsed = parseParameters(new URLSearchParams(good).toString())
    const noting: Parameters = {
      ...parsed,
      get(key) {
        read.add(key)
        return parsed.get(key)
      },
      get resources() {
        read.add('resource')
        return parsed.resources
      },
    }
    expect(outcome(noting)).toMatchObject({ client_id: 'app' })
    const others = rows.map(name).filter((key) => key !== 'pending' && key !== 'switch')
    expect([...read].sort()).toEqual(others.sort())
  })

  it.each(rows.map((row) => [name(row), row] as const))(
    'says what becomes of a wrong %s',
    (key, [, , , wrong = '']) => {
      // No `client_id`: what is the server's own is then read by the endpoint.
      if (key === 'pending' || key === 'switch')
        return expect(asked({ ...good, [key]: '' })).toMatchObject({ client_id: 'app' })
      const odd = asked({ ...good, [key]: 'wrong' })
      if (wrong === '–' || wrong === 'ignored') return expect(odd).toMatchObject({ client_id: 'app' })
      expect(odd).toBe(codes(wrong)[0] ?? wrong)
    },
  )

  it.each(rows.map((row) => [name(row), row] as const))(
    'says what becomes of a request without %s',
    (key, [, , without = '']) => {
      const left = asked({ ...good, [key]: undefined })
      if (typeof left === 'string') expect(without).toContain(left)
      else expect(without).not.toBe('told on a page')
    },
  )

  it.each(ignored.map(name))('ignores %s, as it says', (key) => {
    expect(asked({ ...good, [key]: 'x' })).toEqual(asked(good))
  })

  it('names the response modes and prompts that are served', () => {
    const valuesOf = (key: string) => codes(rows.find((row) => name(row) === key)?.[1])
    expect(valuesOf('response_mode')).toEqual([...tables.responseModes.keys()])
    for (const prompt of valuesOf('prompt')) expect(asked({ ...good, prompt })).toMatchObject({ prompt: [prompt] })
    expect(valuesOf('prompt')).toHaveLength(5)
  })
})
