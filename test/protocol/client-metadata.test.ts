import { describe, expect, it } from 'vitest'
import { isPublicClient } from '../../src/protocol/client-settings.js'
import { clientMetadataParser } from '../../src/protocol/parse-client-metadata.js'
import { closestName } from '../../src/protocol/spelling.js'
import { vocabulary } from '../support/tables.js'

const parseClientMetadata = clientMetadataParser(vocabulary)
const redirect_uris = ['https://app.example.com/cb']
const machine = { grant_types: ['client_credentials'] }

describe('the parser of client metadata', () => {
  it('fills in the defaults', () => {
    expect(parseClientMetadata({ redirect_uris })).toEqual({
      client_name: undefined,
      client_uri: undefined,
      logo_uri: undefined,
      policy_uri: undefined,
      tos_uri: undefined,
      redirect_uris,
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: undefined,
      scope: undefined,
      default_scope: undefined,
      resources: undefined,
      serves: [],
      rotate_refresh_tokens: true,
      allow_missing_pkce: false,
      first_party: false,
      remember_consent: undefined,
    })
  })

  it('keeps everything that is written, with scope as lists and repetitions folded', () => {
    const settings = parseClientMetadata({
      client_name: 'Notes',
      client_uri: 'https://notes.example',
      logo_uri: 'https://notes.example/logo.png?x=1',
      policy_uri: 'https://notes.example/privacy',
      tos_uri: 'http://notes.example/terms',
      redirect_uris: [...redirect_uris, ...redirect_uris],
      grant_types: ['authorization_code', 'client_credentials', 'authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'read write read',
      default_scope: 'read',
      resources: ['https://api', 'https://api'],
      serves: ['https://api'],
      rotate_refresh_tokens: false,
      allow_missing_pkce: true,
      first_party: true,
      remember_consent: true,
    })
    expect(settings).toEqual({
      client_name: 'Notes',
      client_uri: 'https://notes.example',
      logo_uri: 'https://notes.example/logo.png?x=1',
      policy_uri: 'https://notes.example/privacy',
      tos_uri: 'http://notes.example/terms',
      redirect_uris,
      grant_types: ['authorization_code', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: ['read', 'write'],
      default_scope: ['read'],
      resources: ['https://api'],
      serves: ['https://api'],
      rotate_refresh_tokens: false,
      allow_missing_pkce: true,
      first_party: true,
      remember_consent: true,
    })
  })

  it('allows a client that only introspects', () => {
    expect(parseClientMetadata({ grant_types: [], serves: ['https://api'] }).grant_types).toEqual([])
  })

  it('knows which clients are public', () => {
    expect(isPublicClient(parseClientMetadata({ redirect_uris, token_endpoint_auth_method: 'none' }))).toBe(true)
    expect(isPublicClient(parseClientMetadata(machine))).toBe(false)
  })

  it('allows private-use schemes for public clients', () => {
    const metadata = { redirect_uris: ['com.example.app:/cb'], token_endpoint_auth_method: 'none' }
    expect(parseClientMetadata(metadata).redirect_uris).toEqual(['com.example.app:/cb'])
  })

  it.each<[string, unknown, RegExp]>([
    ['no object', null, /must be an object/],
    ['an array', [], /must be an object/],
    ['a misspelt field', { redirect_uri: redirect_uris }, /redirect_uri .*did you mean redirect_uris\?$/],
    ['a field in camel case', { redirectUris: redirect_uris }, /redirectUris .*did you mean redirect_uris\?$/],
    ['a field that is not known', { redirect_uris, skip_consent: true }, /skip_consent is not known/],
    ['a field that objects inherit', JSON.parse('{"__proto__": 1}'), /not known/],
    ['an empty name', { redirect_uris, client_name: ' ' }, /client_name must have 1 to 200/],
    ['a long name', { redirect_uris, client_name: 'x'.repeat(201) }, /client_name/],
    ['a line break in the name', { redirect_uris, client_name: 'a\nb' }, /client_name/],
    ['a text direction character in the name', { redirect_uris, client_name: 'a\u202eb' }, /client_name/],
    ['a name that is no string', { redirect_uris, client_name: 1 }, /client_name must be a string/],
    ['null for a field', { redirect_uris, client_name: null }, /client_name must be a string/],
    ['a javascript home page', { redirect_uris, client_uri: 'javascript:alert(1)' }, /client_uri must be .*http/],
    ['a data logo', { redirect_uris, logo_uri: 'data:image/png;base64,' }, /logo_uri must be .*https/],
    ['a logo over http', { redirect_uris, logo_uri: 'http://a.example/logo.png' }, /logo_uri must be .*https/],
    ['a logo that would name a folder', { redirect_uris, logo_uri: 'https://a.example/logos/' }, /logo_uri .*slash/],
    ['a logo that would name a host', { redirect_uris, logo_uri: 'https://a.example' }, /logo_uri .*slash/],
    ['a logo at an IPv6 address', { redirect_uris, logo_uri: 'https://[::1]/logo.png' }, /logo_uri .*host name/],
    ['a javascript privacy policy', { redirect_uris, policy_uri: 'javascript:alert(1)' }, /policy_uri must be .*http/],
    ['javascript in capitals', { redirect_uris, policy_uri: 'JavaScript:alert(1)' }, /policy_uri must be .*http/],
    ['terms of another scheme', { redirect_uris, tos_uri: 'data:text/html,x' }, /tos_uri must be .*http/],
    [
      'no PKCE of a public client',
      { redirect_uris, token_endpoint_auth_method: 'none', allow_missing_pkce: true },
      /allow_missing_pkce is true, but nothing else protects/,
    ],
    [
      'a permission that is no boolean',
      { redirect_uris, allow_missing_pkce: 'yes' },
      /allow_missing_pkce must be true or false/,
    ],
    ['a flag that is no boolean', { redirect_uris, first_party: 'yes' }, /first_party must be true or false/],
    ['a memory that is no boolean', { redirect_uris, remember_consent: 1 }, /remember_consent must be true or false/],
    [
      'asking each time without ever asking',
      { redirect_uris, first_party: true, remember_consent: false },
      /remember_consent is false, but first_party/,
    ],
    ['a logo with a user name', { redirect_uris, logo_uri: 'https://a@b/' }, /logo_uri/],
    ['a logo with a space before it', { redirect_uris, logo_uri: ' https://b/' }, /logo_uri/],
    [
      'a home page beyond ASCII',
      { redirect_uris, client_uri: 'https://bücher.example' },
      /client_uri must be .*; write its host as xn--bcher-kva\.example; it was /,
    ],
    ['a home page without a host', { redirect_uris, client_uri: 'https:x' }, /client_uri/],
    ['one redirect URI as a string', { redirect_uris: redirect_uris[0] }, /redirect_uris must be an array/],
    ['a redirect URI that is no string', { redirect_uris: [1] }, /redirect_uris\[0\] must be a string/],
    [
      'a forbidden redirect URI',
      { redirect_uris: [...redirect_uris, 'https://a#b'] },
      /redirect_uris\[1\] "https:\/\/a#b" has a fragment/,
    ],
    [
      'a private-use scheme of a confidential client',
      { redirect_uris: ['com.example:/cb'] },
      /redirect_uris\[0\].*public/,
    ],
    ['no redirect URI', {}, /redirect_uris is required/],
    ['an empty list of redirect URIs', { redirect_uris: [] }, /redirect_uris is required/],
    ['a redirect URI without use', { ...machine, redirect_uris }, /redirect_uris has no use/],
    ['the password grant', { redirect_uris, grant_types: ['password'] }, /grant_types\[0\] must be authorization_code/],
    ['refresh without the code flow', { grant_types: ['refresh_token'] }, /grant_types has refresh_token/],
    [
      'client credentials of a public client',
      { ...machine, token_endpoint_auth_method: 'none' },
      /grant_types has client_credentials/,
    ],
    [
      'an unknown method',
      { redirect_uris, token_endpoint_auth_method: 'private_key_jwt' },
      /token_endpoint_auth_method must be/,
    ],
    ['a malformed scope', { redirect_uris, scope: 'a\tb' }, /: scope must be/],
    ['a malformed default scope', { redirect_uris, default_scope: '"' }, /default_scope must be/],
    [
      'a default scope beyond the scope',
      { redirect_uris, scope: 'a', default_scope: 'a b' },
      /default_scope has a name/,
    ],
    ['a resource that is no URI', { redirect_uris, resources: ['api'] }, /resources\[0\] must be an absolute URI/],
    ['an empty list of resources', { redirect_uris, resources: [] }, /resources is empty/],
    [
      'a served resource with a fragment',
      { redirect_uris, serves: ['https://a#b'] },
      /serves\[0\] must be an absolute URI/,
    ],
    [
      'a public client that would introspect',
      { redirect_uris, token_endpoint_auth_method: 'none', serves: ['https://a'] },
      /serves is for clients with a secret/,
    ],
    [
      'a public client without rotation',
      { redirect_uris, token_endpoint_auth_method: 'none', rotate_refresh_tokens: false },
      /rotate_refresh_tokens is false/,
    ],
    [
      'a rotation that is no boolean',
      { redirect_uris, rotate_refresh_tokens: 'no' },
      /rotate_refresh_tokens must be true or false/,
    ],
  ])('refuses %s', (_, metadata, message) => {
    expect(() => parseClientMetadata(metadata)).toThrow(TypeError)
    expect(() => parseClientMetadata(metadata)).toThrow(message)
  })
})

describe('closestName', () => {
  const known = ['scope', 'default_scope', 'resources', 'redirect_uris']

  it.each([
    ['scopes', 'scope'],
    ['scpoe', 'scope'],
    ['resource', 'resources'],
    ['RedirectURIs', 'redirect_uris'],
    ['default-scope', 'default_scope'],
  ])('takes %s for %s', (word, name) => expect(closestName(word, known)).toBe(name))

  it.each(['', 'x', 'issuer', 'a'.repeat(100)])('finds nothing near %j', (word) => {
    expect(closestName(word, known)).toBeUndefined()
  })
})
