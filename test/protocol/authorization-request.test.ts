import { describe, expect, it } from 'vitest'
import { validateAuthorizationRequest } from '../../src/protocol/authorization-request.js'
import { codeResponse, errorResponse } from '../../src/protocol/authorization-response.js'
import { type AuthorizingClient, identifyClient } from '../../src/protocol/identify-client.js'
import { parseParameters } from '../../src/protocol/parameters.js'
import { clientMetadataParser } from '../../src/protocol/parse-client-metadata.js'
import { vocabulary } from '../support/tables.js'

const parseClientMetadata = clientMetadataParser(vocabulary)

const uri = 'https://app.example.com/cb'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const rules = {
  resources: [{ resource: 'https://api', scopes: ['read', 'write'], isDefault: false }],
  asConfigured: (uri: string) => uri,
}

function client(metadata: object = {}): AuthorizingClient {
  return { ...parseClientMetadata({ redirect_uris: [uri], ...metadata }), client_id: 'web' }
}

type Changes = { readonly [name: string]: string | readonly string[] | undefined }

function query(changes: Changes = {}) {
  const all: Changes = {
    client_id: 'web',
    redirect_uri: uri,
    response_type: 'code',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    scope: 'read',
    state: 'xyz',
    ...changes,
  }
  const pairs = Object.entries(all).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one]))
  return parseParameters(new URLSearchParams(pairs).toString())
}

describe('identifyClient', () => {
  it('gives the client and the redirect URI that was sent', () => {
    const web = client()
    expect(identifyClient(query(), web)).toMatchObject({ client: web, redirectUri: uri })
  })

  it('takes the only registered URI when none was sent, and says so', () => {
    const identified = identifyClient(query({ redirect_uri: undefined }), client())
    expect(identified).toMatchObject({ redirectUri: uri })
  })

  it('lets a public client use any loopback port', () => {
    const native = client({ redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' })
    const identified = identifyClient(query({ redirect_uri: 'http://127.0.0.1:51004/cb' }), native)
    expect(identified).toMatchObject({ redirectUri: 'http://127.0.0.1:51004/cb' })
  })

  it('holds a confidential client to its loopback port, if it has registered one', () => {
    const asked = query({ redirect_uri: 'http://127.0.0.1:51004/cb' })
    const without = client({ redirect_uris: ['http://127.0.0.1/cb'] })
    expect(identifyClient(asked, without)).toMatchObject({ redirectUri: 'http://127.0.0.1:51004/cb' })
    const withPort = client({ redirect_uris: ['http://127.0.0.1:8000/cb'] })
    expect(identifyClient(asked, withPort)).toMatchObject({ problem: 'redirect_uri_not_registered' })
  })

  it.each([uri, undefined])(
    'takes a URI whose scheme has no dot only as long as the operator lists it: redirect_uri %s',
    (sent) => {
      const cursor = 'cursor://anysphere.cursor-mcp/oauth/callback'
      const app = { ...client(), redirect_uris: [cursor], token_endpoint_auth_method: 'none' }
      const asked = query({ redirect_uri: sent && cursor })
      expect(identifyClient(asked, app, new Set([cursor]))).toMatchObject({ redirectUri: cursor })
      const outcome = identifyClient(asked, app, new Set(['cursor://another/cb']))
      expect(outcome).toMatchObject({ problem: 'redirect_uri_not_listed' })
      expect(outcome).not.toHaveProperty('redirectUri')
    },
  )

  const two = { redirect_uris: [uri, `${uri}2`] }
  it.each<[string, Changes, AuthorizingClient | null, string]>([
    ['no client_id', { client_id: undefined }, null, 'client_id_missing'],
    ['no client_id, although a client was found', { client_id: undefined }, client(), 'client_id_missing'],
    ['client_id twice', { client_id: ['web', 'web'] }, client(), 'client_id_repeated'],
    ['an unknown client', { client_id: 'other' }, null, 'client_unknown'],
    ['a client_id with control characters', { client_id: 'web\0' }, null, 'client_unknown'],
    ['a client other than the named one', { client_id: 'other' }, client(), 'client_unknown'],
    ['no redirect_uri with two registered', { redirect_uri: undefined }, client(two), 'redirect_uri_missing'],
    [
      'no redirect_uri with none registered',
      { redirect_uri: undefined },
      client({ redirect_uris: [], grant_types: [] }),
      'redirect_uri_missing',
    ],
    ['redirect_uri twice', { redirect_uri: [uri, uri] }, client(), 'redirect_uri_repeated'],
    ['redirect_uri with control characters', { redirect_uri: `${uri}\n` }, client(), 'redirect_uri_not_registered'],
    ['another redirect_uri', { redirect_uri: 'https://evil.example/cb' }, client(), 'redirect_uri_not_registered'],
    ['a redirect_uri with a fragment', { redirect_uri: `${uri}#x` }, client(), 'redirect_uri_not_registered'],
  ])('shows a page for %s', (_, changes, found, problem) => {
    const outcome = identifyClient(query(changes), found)
    expect(outcome).toMatchObject({ problem })
    expect(outcome).not.toHaveProperty('redirectUri')
  })

  it('shows a page when the query could not be read, since a second redirect_uri may be in what was lost', () => {
    const text = `client_id=web&redirect_uri=${encodeURIComponent(uri)}`
    expect(identifyClient(parseParameters(`${text}&x=%zz`), client())).toMatchObject({ problem: 'request_unreadable' })
    expect(identifyClient(parseParameters(text + '&x'.repeat(100)), client())).toMatchObject({
      problem: 'request_unreadable',
    })
  })
})

function validate(changes: Changes = {}, web = client(), resources = rules.resources) {
  const parameters = query(changes)
  const identified = identifyClient(parameters, web)
  if ('problem' in identified) throw new Error(identified.problem)
  return validateAuthorizationRequest(identified, parameters, {
    resources,
    asConfigured: rules.asConfigured,
    responseModes: new Map([
      ['query', 1],
      ['form_post', 1],
    ]),
    terms: new Map(),
  })
}

describe('validateAuthorizationRequest', () => {
  it('makes plain data of a valid request', () => {
    const request = validate({
      prompt: 'login consent',
      max_age: '60',
      login_hint: 'ann@example.com',
      ui_locales: 'de-CH en',
      response_mode: 'form_post',
      resource: 'https://api',
      unknown: 'x',
    })
    expect(request).toEqual({
      client_id: 'web',
      redirectUri: uri,
      responseMode: 'form_post',
      state: 'xyz',
      pkce: { challenge },
      access: [{ resource: 'https://api', scope: ['read'] }],
      scope: ['read'],
      prompt: ['login', 'consent'],
      maxAge: 60,
      loginHint: 'ann@example.com',
      uiLocales: ['de-CH', 'en'],
    })
    expect(JSON.parse(JSON.stringify(request))).toEqual(request)
  })

  it('answers by query and asks nothing of the login when the request does not say', () => {
    expect(validate({ state: undefined })).toEqual({
      client_id: 'web',
      redirectUri: uri,
      responseMode: 'query',
      pkce: { challenge },
      access: [{ resource: 'https://api', scope: ['read'] }],
      scope: ['read'],
      prompt: [],
      uiLocales: [],
    })
  })

  it('carries state unchanged', () => {
    expect(validate({ state: ' a+b/%20"<é&=' })).toMatchObject({ state: ' a+b/%20"<é&=' })
  })

  it('notes that the redirect URI was not sent', () => {
    expect(validate({ redirect_uri: undefined })).toMatchObject({ redirectUri: uri })
  })

  it.each<[string, Changes, string]>([
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['an empty response_type', { response_type: '' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['a hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['code in capitals', { response_type: 'CODE' }, 'unsupported_response_type'],
    ['the response mode fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['no code_challenge', { code_challenge: undefined }, 'invalid_request'],
    ['no PKCE at all', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['no code_challenge_method, which would be plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['the method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['the method s256', { code_challenge_method: 's256' }, 'invalid_request'],
    ['a method with a line break', { code_challenge_method: 'S256\n' }, 'invalid_request'],
    ['a challenge that is too short', { code_challenge: challenge.slice(1) }, 'invalid_request'],
    ['a challenge with padding', { code_challenge: `${challenge}=` }, 'invalid_request'],
    ['a challenge with other characters', { code_challenge: challenge.replace('-', '+') }, 'invalid_request'],
    ['a malformed scope', { scope: 'read\\write' }, 'invalid_scope'],
    ['an unknown resource', { resource: 'https://other' }, 'invalid_target'],
    ['an unknown prompt', { prompt: 'other' }, 'invalid_request'],
    ['prompt none beside another', { prompt: 'none login' }, 'invalid_request'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
    ['a request object', { request: 'eyJ' }, 'request_not_supported'],
    ['a request_uri', { request_uri: 'urn:x' }, 'request_uri_not_supported'],
    ['a repeated parameter', { scope: ['read', 'write'] }, 'invalid_request'],
    ['a repeated parameter that is not known', { unknown: ['1', '2'] }, 'invalid_request'],
    ['control characters in a value', { login_hint: 'a\0' }, 'invalid_request'],
    ['a value that is too long', { login_hint: 'x'.repeat(8193) }, 'invalid_request'],
  ])('refuses %s', (_, changes, error) => {
    const refusal = validate(changes)
    expect(refusal).toMatchObject({ error, state: 'xyz', responseMode: 'query' })
    expect(refusal).not.toHaveProperty('access')
  })

  it('refuses a client that is not registered for the flow', () => {
    const other = { ...client(), grant_types: ['client_credentials' as const] }
    expect(validate({}, other)).toMatchObject({ error: 'unauthorized_client' })
  })

  it('sends no state back when it was repeated', () => {
    expect(validate({ state: ['a', 'b'] })).toMatchObject({ error: 'invalid_request', state: undefined })
  })

  it('sends an error by the mode that was asked for', () => {
    expect(validate({ response_mode: 'form_post', prompt: 'x' })).toMatchObject({
      error: 'invalid_request',
      responseMode: 'form_post',
    })
  })

  it('refuses a request that would not fit into a stored record', () => {
    const large = 'é'.repeat(8000)
    expect(validate({ state: large })).toMatchObject({ state: large, access: [{}] })
    expect(validate({ state: '€'.repeat(8190) })).toMatchObject({ error: 'invalid_request' })
  })

  it('counts the access twice, because the decision repeats it', () => {
    const scopes = Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(250, 'x'))
    const resources = Array.from({ length: 4 }, (_, i) => ({ resource: `https://${i}`, scopes, isDefault: false }))
    const asked = (count: number) => ({
      resource: resources.slice(0, count).map(({ resource }) => resource),
      scope: scopes.join(' '),
    })
    // 5 KB of names as scope, and for each resource once more.
    expect(validate(asked(2), client(), resources)).toMatchObject({ access: [{}, {}] })
    expect(validate(asked(3), client(), resources)).toMatchObject({ error: 'invalid_request' })
  })

  it('leaves out a login_hint that is longer than any name, because a login page gets it in its URL', () => {
    expect(validate({ login_hint: 'é'.repeat(320) })).toMatchObject({ loginHint: 'é'.repeat(320) })
    expect(validate({ login_hint: 'é'.repeat(321) })).toMatchObject({ loginHint: undefined })
  })

  it('ignores locales that are none, and all beyond ten', () => {
    expect(validate({ ui_locales: 'en "x" en d#e <b> fr' })).toMatchObject({ uiLocales: ['en', 'fr'] })
    const many = Array.from({ length: 30 }, (_, i) => `l${i}`).join(' ')
    expect(validate({ ui_locales: many })).toHaveProperty('uiLocales.length', 10)
  })

  it('takes underscores in locales for hyphens, as platforms write them', () => {
    expect(validate({ ui_locales: 'de_DE zh_Hant_TW de-DE _ en_' })).toMatchObject({
      uiLocales: ['de-DE', 'zh-Hant-TW'],
    })
  })

  it('repeats no parameter name that could be more than a name', () => {
    expect(JSON.stringify(validate({ '<b>': ['1', '2'] }))).not.toContain('<b>')
  })
})

describe('the authorization response', () => {
  it('has code, state and iss (RFC 9207 §2)', () => {
    expect(codeResponse({ code: 'c', state: 's', iss: 'https://as' })).toEqual([
      ['code', 'c'],
      ['state', 's'],
      ['iss', 'https://as'],
    ])
  })

  it('has no state when the request had none', () => {
    expect(codeResponse({ code: 'c', state: undefined, iss: 'https://as' })).toEqual([
      ['code', 'c'],
      ['iss', 'https://as'],
    ])
  })

  it('has error, description, state and iss when it is an error', () => {
    expect(errorResponse({ error: 'access_denied', description: 'No.', state: 's', iss: 'https://as' })).toEqual([
      ['error', 'access_denied'],
      ['error_description', 'No.'],
      ['state', 's'],
      ['iss', 'https://as'],
    ])
  })

  it('drops from a description what RFC 6749 §4.1.2.1 does not allow', () => {
    const answer = errorResponse({ error: 'x', description: 'a"b\\c\né', state: undefined, iss: 'i' })
    expect(answer).toContainEqual(['error_description', 'abc'])
  })
})
