import { describe, expect, it } from 'vitest'
import { clientMetadataParser } from '../../src/protocol/parse-client-metadata.js'
import { vocabulary } from '../support/tables.js'

const [API, OTHER, SERVER] = ['https://api.example.com', 'https://other.example.com', 'https://auth.example.com']
const resources = [
  { resource: API, scopes: ['notes:read', 'notes:write'], isDefault: true },
  { resource: OTHER, scopes: ['admin'], isDefault: false },
  { resource: SERVER, scopes: ['profile'], isDefault: false, isBeside: true },
]
const parse = clientMetadataParser({ ...vocabulary, resources })
const client = (metadata: object) => () => parse({ redirect_uris: ['https://app.example.com/cb'], ...metadata })

describe('scope that can never be authorized is refused, with what would be right:', () => {
  it.each([
    [
      'a name that is a slip',
      { scope: 'note:read' },
      "scope has 'note:read', which no resource knows; did you mean notes:read?",
    ],
    [
      'a name that nobody knows',
      { default_scope: 'wallet' },
      "default_scope has 'wallet', which no resource knows; there are notes:read, notes:write, admin, profile.",
    ],
    [
      'a name of OpenID Connect',
      { scope: 'notes:read openid' },
      "scope has 'openid', which is of OpenID Connect, which is not served here; leave it out.",
    ],
    [
      'offline_access of a client without refresh tokens',
      { scope: 'notes:read offline_access', grant_types: ['authorization_code'] },
      "scope has 'offline_access', which asks for refresh tokens; add refresh_token to grant_types, or leave the name out.",
    ],
    [
      'a name of a resource that the client may not ask for',
      { scope: 'notes:read admin', resources: [API] },
      `scope has 'admin', which is a scope of ${OTHER}; add that to resources, or leave the name out.`,
    ],
  ])('%s', (_, metadata, message) => {
    expect(client(metadata)).toThrow(`Client metadata: ${message}`)
  })
})

it.each([
  ['of several resources, which a request may name together', { scope: 'notes:read admin' }],
  ['of the resources that the client may ask for', { scope: 'admin', resources: [OTHER] }],
  ['that stands beside the APIs, whatever they are', { scope: 'admin profile', resources: [OTHER] }],
  [
    'of a resource that another deployment on the same storage knows',
    { scope: 'far', resources: ['https://far.example'] },
  ],
  ['that is every scope', {}],
  ['that has offline_access beside refresh tokens', { scope: 'notes:read offline_access' }],
  ['that is empty', { scope: '', default_scope: '  ' }],
])('scope %s is accepted', (_, metadata) => {
  expect(client(metadata)).not.toThrow()
})
