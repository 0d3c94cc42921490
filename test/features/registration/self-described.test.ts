import { describe, expect, it } from 'vitest'
import {
  applicationTypeOf,
  type ReadingRules,
  readSelfDescribed,
  type Said,
} from '../../../src/features/registration/rules/self-described.js'
import { clientMetadataParser } from '../../../src/protocol/parse-client-metadata.js'
import { vocabulary as served } from '../../support/tables.js'

const callback = 'https://app.example.com/callback'
const vocabulary = {
  ...served,
  privateUseRedirectUris: new Set(['cursor://anysphere.cursor-mcp/oauth/callback']),
  resources: [{ resource: 'https://api.example.com', scopes: ['read', 'write'], isDefault: true }],
}
const rules: ReadingRules = { vocabulary, parse: clientMetadataParser(vocabulary), method: 'none' }
const read = (said: Said, more: Partial<ReadingRules> = {}) =>
  readSelfDescribed({ redirect_uris: [callback], ...said }, { ...rules, ...more })
const settings = (said: Said, more: Partial<ReadingRules> = {}) => {
  const found = read(said, more)
  if (!found.ok) throw new Error(found.description)
  return found
}

describe('what a client says of itself', () => {
  it('is taken as it is where it can be', () => {
    const said = {
      client_name: 'Notes',
      client_uri: 'https://notes.example/',
      scope: 'read',
      grant_types: ['authorization_code'],
    }
    expect(settings(said)).toMatchObject({
      dropped: [],
      settings: {
        client_name: 'Notes',
        client_uri: 'https://notes.example/',
        scope: undefined,
        default_scope: ['read'],
        grant_types: ['authorization_code'],
        redirect_uris: [callback],
        token_endpoint_auth_method: 'none',
      },
    })
  })

  it.each([{}, { scope: '' }, { scope: ' ' }, { scope: 'openid email' }, { scope: null }, { scope: 7 }])(
    'has no default with the scope of %j',
    (said) => expect(settings(said).settings.default_scope).toBeUndefined(),
  )

  it('has by default the scope that some resource knows, and loses the rest; that is no limit', () => {
    const { settings: found, dropped } = settings({ scope: 'openid  read offline_access' })
    expect(found).toMatchObject({ scope: undefined, default_scope: ['read'] })
    expect(dropped.map(({ value }) => value)).toEqual(['openid', 'offline_access'])
  })

  it.each([undefined, []])('gets code and refresh with the grant types %j', (grant_types) =>
    expect(settings({ grant_types }).settings.grant_types).toEqual(['authorization_code', 'refresh_token']),
  )

  it('gets of several grant types those that clients may take', () => {
    const grant_types = [
      'authorization_code',
      'urn:ietf:params:oauth:grant-type:device_code',
      'client_credentials',
      'refresh_token',
    ]
    const { settings: found, dropped } = settings({ grant_types })
    expect(found.grant_types).toEqual(['authorization_code', 'refresh_token'])
    expect(dropped.map(({ value }) => value)).toEqual(grant_types.slice(1, 3))
  })

  it('keeps of its redirect URIs those that are not refused, and says of each other why', () => {
    const redirect_uris = [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'other://app/callback',
      'javascript:alert(1)',
      'http://127.0.0.1:33418/',
      'https://evil.example/callback',
      callback,
      callback,
    ]
    const refusal = (uri: string) => (uri.includes('evil') ? 'is not welcome' : null)
    const { settings: found, dropped } = settings({ redirect_uris }, { refusal })
    expect(found.redirect_uris).toEqual([redirect_uris[0], redirect_uris[3], callback])
    expect(dropped.map(({ value, why }) => [value, why.split(' ')[1]])).toEqual([
      ['other://app/callback', 'a'],
      ['javascript:alert(1)', 'a'],
      ['https://evil.example/callback', 'not'],
    ])
  })

  it('loses links that cannot be shown, and nothing else because of them', () => {
    const said = { logo_uri: 'http://app.example/logo.png', client_uri: '', tos_uri: 'javascript:x', policy_uri: 5 }
    const { settings: found, dropped } = settings(said)
    expect(found).toMatchObject({
      logo_uri: undefined,
      client_uri: undefined,
      tos_uri: undefined,
      policy_uri: undefined,
    })
    expect(dropped.map(({ member }) => member)).toEqual(['logo_uri', 'tos_uri'])
  })

  it('never sets what is the operator’s, and knows no member that nobody knows', () => {
    const said = {
      ...{ first_party: true, remember_consent: true, allow_missing_pkce: true, rotate_refresh_tokens: false },
      ...{ serves: ['https://api.example.com'], resources: ['https://api.example.com'], default_scope: 'write' },
      ...{
        client_id: 'mine',
        client_secret: 'x'.repeat(40),
        secrets: [],
        expiresAt: 1,
        registration: {},
        fields: { a: 1 },
      },
      ...{ software_id: 'x', contacts: ['a@example.com'], constructor: 'x' },
    }
    for (const method of ['none', undefined]) {
      expect(settings(said, { method }).settings).toEqual(settings({}, { method }).settings)
    }
  })

  it('sets of the members of features those that are for everybody', () => {
    const fields = new Map([
      ['jwks_uri', { name: 'jwks_uri', selfService: true, parse: (value: unknown) => String(value) }],
      ['tier', { name: 'tier', parse: (value: unknown) => String(value) }],
    ])
    const more = { ...vocabulary, fields }
    const found = settings({ jwks_uri: 'x', tier: 'gold' }, { vocabulary: more, parse: clientMetadataParser(more) })
    expect(found.settings.fields).toEqual({ jwks_uri: 'x' })
  })

  it.each<[Said, string, string]>([
    [{ redirect_uris: undefined }, 'redirect_uris', 'redirect_uris is required.'],
    [{ redirect_uris: [] }, 'redirect_uris', 'redirect_uris is required.'],
    [{ redirect_uris: callback }, 'redirect_uris', 'redirect_uris must be an array of strings.'],
    [{ redirect_uris: [7] }, 'redirect_uris', 'redirect_uris must be an array of strings.'],
    [
      { redirect_uris: ['<script>:x'] },
      'redirect_uris',
      'redirect_uris has none that this server takes; the first has a character that URIs do not have.',
    ],
    [
      { redirect_uris: ['app.example.com/callback'] },
      'redirect_uris',
      'redirect_uris has none that this server takes; the first has no scheme.',
    ],
    [
      { redirect_uris: Array.from({ length: 21 }, (_, i) => `${callback}/${i}`) },
      'redirect_uris',
      'redirect_uris has too many, or too long ones: 20 are the most, with 8192 characters in all.',
    ],
    [{ grant_types: 'authorization_code' }, 'grant_types', 'grant_types must be an array of strings.'],
    [
      { grant_types: ['implicit'] },
      'grant_types',
      'grant_types has none from which a grant could come; ask for authorization_code.',
    ],
    [{ response_types: ['token'] }, 'response_types', 'response_types must have code.'],
    [{ client_name: 'x'.repeat(201) }, 'client_name', 'client_name cannot be used as it is.'],
    [{ client_name: ['x'] }, 'client_name', 'client_name cannot be used as it is.'],
    [{ client_name: 'a‮b' }, 'client_name', 'client_name cannot be used as it is.'],
  ])('that is %j is refused for its %s', (said, member, description) => {
    const error = member === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata'
    expect(read(said)).toMatchObject({ ok: false, error, member, description, hint: expect.any(String) })
  })
})

it.each([
  [['http://localhost/cb', 'com.example.app:/cb'], 'native'],
  [['http://localhost/cb', callback], 'web'],
  [[callback], 'web'],
] as const)('a client of %j is %s', (uris, type) => expect(applicationTypeOf(uris)).toBe(type))
