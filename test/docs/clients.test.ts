/** The tables of docs/clients.md, held to the code: what a client can be registered with has a row, and nothing else. */
import { describe, expect, it } from 'vitest'
import { parseStaticClients, type StaticClient } from '../../src/clients/static.js'
import { core } from '../../src/construction/core.js'
import { openid } from '../../src/features/openid/index.js'
import { privateKeyJwt } from '../../src/features/registration/index.js'
import { joinFeatures } from '../../src/points/join.js'
import type { ClientMetadata } from '../../src/protocol/client-metadata.js'
import { clientMetadataParser } from '../../src/protocol/parse-client-metadata.js'
import { codes, tablesOf, typesOf } from '../support/doc-tables.js'
import { vocabulary } from '../support/tables.js'

const rowsUnder = tablesOf('docs/clients.md')
const types = typesOf(['src/clients/static.ts', 'src/clients/given.ts', 'src/protocol/client-metadata.ts'])
const parse = clientMetadataParser(vocabulary)
/** With the features that ship and bring fields. */
const { tables: all } = joinFeatures(core, [privateKeyJwt(), openid()])
const parseAll = clientMetadataParser(all.clients)

const headings = [
  '## What people see',
  '## How it gets its tokens',
  '## With a key of its own',
  '## OpenID Connect',
  '## What it may ask for',
  '## Whether people are asked',
]
const rows = headings.flatMap(rowsUnder)
const ownRows = rowsUnder('## Id and secret')
const name = (row: string[]) => codes(row[0])[0] ?? ''

describe('the page about client fields', () => {
  it('has a row of four cells for every field, and for no other', () => {
    const documented = rows.map(name)
    expect(documented.sort()).toEqual(types.namesOf('src/protocol/client-metadata.ts', 'ClientMetadata').sort())
    for (const row of [...rows, ...ownRows]) expect(row.filter((cell) => cell !== '')).toHaveLength(4)
  })

  it('has a row for whatever else the option `clients` or `clients.create` takes', () => {
    const all = new Set([
      ...types.namesOf('src/clients/static.ts', 'StaticClient'),
      ...types.namesOf('src/clients/given.ts', 'NewClient'),
    ])
    expect([...rows, ...ownRows].map(name).sort()).toEqual([...all].sort())
  })

  it('names what the parser knows', () => {
    for (const field of rows.map(name)) {
      expect(() => parseAll({ redirect_uris: ['https://app.example.com/cb'], [field]: Symbol() }), field).not.toThrow(
        /not known/,
      )
    }
    const ofFeatures = ['## With a key of its own', '## OpenID Connect'].flatMap(rowsUnder).map(name)
    expect(ofFeatures.sort()).toEqual([...all.clients.fields.keys()].sort())
    expect(() => parse({ redirect_uris: ['https://app.example.com/cb'], grants: [] })).toThrow(/not known/)
  })

  it('names the grant types and the ways of authentication that every server has', () => {
    const valuesOf = (field: string) => codes(rows.find((row) => name(row) === field)?.[1])
    expect(valuesOf('grant_types').sort()).toEqual([...vocabulary.grantTypes.keys()].sort())
    expect(valuesOf('token_endpoint_auth_method').sort()).toEqual([...vocabulary.authenticationMethods.keys()].sort())
  })

  it('says what absence means', () => {
    const settings = parse({ redirect_uris: ['https://app.example.com/cb'] })
    expect(settings).toMatchObject({
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: undefined,
      rotate_refresh_tokens: true,
      allow_missing_pkce: false,
      first_party: false,
      remember_consent: undefined,
      scope: undefined,
      default_scope: undefined,
      resources: undefined,
      serves: [],
    })
    const withoutIt = Object.fromEntries(rows.map((row) => [name(row), row[2]]))
    expect(withoutIt).toMatchObject({
      rotate_refresh_tokens: '`true`',
      allow_missing_pkce: '`false`',
      first_party: '`false`',
      scope: 'every scope',
      resources: 'every resource',
      serves: 'none',
    })
    expect(codes(withoutIt.grant_types)).toEqual(settings.grant_types)
  })

  it('has three clients for an example that are taken as they stand', () => {
    const secret = 's'.repeat(32)
    const web: StaticClient = {
      client_id: 'notes-web',
      client_secret: secret,
      client_name: 'Notes',
      redirect_uris: ['https://notes.example.com/callback'],
    }
    const cli: ClientMetadata = { token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/callback'] }
    const nightly: ClientMetadata = { grant_types: ['client_credentials'], scope: 'notes:read' }
    const entries = [
      web,
      { client_id: 'notes-cli', ...cli },
      { client_id: 'nightly', client_secret: secret, ...nightly },
    ]
    expect([...parseStaticClients(entries, vocabulary).keys()]).toEqual(['notes-web', 'notes-cli', 'nightly'])
  })
})
