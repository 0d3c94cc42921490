/** docs/which-clients-connect.md, held to the list of known clients that it is made of. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withClients } from '../../scripts/known-clients/page.mjs'
import { knownClients } from '../../src/known-clients/index.js'
import { codes, tablesOf } from '../support/doc-tables.js'

const path = 'docs/which-clients-connect.md'
const page = readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8')

describe('the page about clients', () => {
  it('is what the list makes of it: else run `npm run known-clients -- --write`', () => {
    expect(withClients(page, knownClients)).toBe(page)
  })

  it('has a row for each client, with its documents and its redirect URIs', () => {
    const rows = new Map(tablesOf(path)('## The clients').map((row) => [codes(row[0])[0], row]))
    expect([...rows.keys()]).toEqual(knownClients.map(({ id }) => id))
    for (const { id, documents, redirectUris, authentication } of knownClients) {
      const [, , ways, uris, methods] = rows.get(id) ?? []
      expect(codes(ways), id).toEqual(expect.arrayContaining(documents.map(({ url }) => url)))
      expect(codes(uris), id).toEqual(redirectUris.map(({ uri }) => uri))
      expect(codes(methods), id).toEqual(authentication.methods)
    }
  })

  it('says of every redirect URI that proves a client that it does, and of no other', () => {
    const said = [...page.matchAll(/`([^`]+)` \((?:[^)]*, )?proves it/g)].map(([, uri]) => uri)
    const proving = knownClients.flatMap(({ redirectUris }) => redirectUris.filter(({ proves }) => proves))
    expect(said).toEqual(proving.map(({ uri }) => uri))
  })

  it('tells every trap, and what to do', () => {
    for (const { traps } of knownClients) {
      for (const { trap, cure } of traps) expect(page).toContain(cure ? `- ${trap} *${cure}*` : `- ${trap}`)
    }
  })

  it('cannot be written without its place', () => {
    expect(() => withClients('# Nothing\n', knownClients)).toThrow(/lost its two comments/)
  })
})
