import { describe, expect, it } from 'vitest'
import { readDocument } from '../../../src/features/registration/rules/document.js'
import type { Said } from '../../../src/features/registration/rules/self-described.js'
import { isPublicClient, mayUseMethod } from '../../../src/protocol/client-settings.js'
import { clientMetadataParser } from '../../../src/protocol/parse-client-metadata.js'
import { vocabulary as served } from '../../support/tables.js'

const client_id = 'https://app.example.com/client.json'
const callback = 'https://app.example.com/callback'
const good: Said = { client_id, client_name: 'App', redirect_uris: [callback] }

const withKeys = {
  ...served,
  authenticationMethods: new Map([...served.authenticationMethods, ['private_key_jwt', {}]]),
}
const read = (more: Said, vocabulary: typeof served = withKeys) =>
  readDocument({ ...good, ...more }, client_id, { vocabulary, parse: clientMetadataParser(vocabulary) })
const settingsOf = (more: Said, vocabulary?: typeof served) => {
  const found = read(more, vocabulary)
  if (!found.ok) throw new Error(`${found.description} ${found.hint}`)
  return found.settings
}
const defectOf = (more: Said, vocabulary?: typeof served) => {
  const found = read(more, vocabulary)
  if (found.ok) throw new Error('It was taken.')
  return found
}

describe('a document', () => {
  it('describes a client', () => {
    expect(read({ client_uri: 'https://app.example.com/', scope: '', response_types: ['code'] })).toMatchObject({
      ok: true,
      dropped: [],
      settings: { client_name: 'App', redirect_uris: [callback], token_endpoint_auth_method: 'none', scope: undefined },
    })
  })

  it.each([
    ['another client_id', { client_id: 'https://app.example.com/Client.json' }, 'client_id_differs'],
    ['the client_id in another form', { client_id: 'https://app.example.com:443/client.json' }, 'client_id_differs'],
    ['no client_id', { client_id: undefined }, 'client_id_differs'],
    ['a client_id in a list', { client_id: [client_id] }, 'client_id_differs'],
    ['a secret', { client_secret: 'secret-secret-secret-secret-secret' }, 'secret'],
    ['an empty secret', { client_secret: '' }, 'secret'],
    ['the end of a secret', { client_secret_expires_at: 0 }, 'secret'],
    ['client_secret_basic', { token_endpoint_auth_method: 'client_secret_basic' }, 'auth_method'],
    ['client_secret_post', { token_endpoint_auth_method: 'client_secret_post' }, 'auth_method'],
    ['client_secret_jwt', { token_endpoint_auth_method: 'client_secret_jwt' }, 'auth_method'],
    [
      'a secret beside a list without',
      { token_endpoint_auth_method: 'client_secret_post', token_endpoint_auth_methods_supported: ['none'] },
      'auth_method',
    ],
    ['only ways that nobody has', { token_endpoint_auth_methods_supported: ['tls_client_auth'] }, 'auth_method'],
    ['a way that is no text', { token_endpoint_auth_method: 7 }, 'auth_method'],
    ['ways that are no list', { token_endpoint_auth_methods_supported: 'none' }, 'auth_method'],
    ['no redirect URI', { redirect_uris: undefined }, 'metadata'],
    ['an empty list of them', { redirect_uris: [] }, 'metadata'],
    [
      'only redirect URIs that are refused',
      { redirect_uris: ['javascript:alert(1)', 'http://app.example.com/'] },
      'metadata',
    ],
    ['a name that can be misread', { client_name: 'App\u202egnihsihp' }, 'metadata'],
    ['no grant type that starts one', { grant_types: ['client_credentials'] }, 'metadata'],
    ['another response type', { response_types: ['token'] }, 'metadata'],
    ['keys beyond what is kept', { jwks: { keys: ['k'.repeat(17_000)] } }, 'members_too_large'],
  ])('with %s describes none', (_, more, reason) => {
    const defect = defectOf(more)
    expect(defect.reason).toBe(reason)
    expect(defect.description).toMatch(/^The client ID metadata document of this app cannot be used: .+\.$/)
    expect(defect.hint).not.toContain('secret-secret')
  })

  it('says the client nothing of what it has', () => {
    const canary = 'canary-of-the-document'
    for (const more of [
      { client_id: canary },
      { token_endpoint_auth_method: canary },
      { redirect_uris: [canary] },
      { grant_types: [canary] },
      { client_name: `${canary}\u202e` },
      { token_endpoint_auth_methods_supported: canary },
    ]) {
      expect(defectOf(more).description).not.toContain(canary)
    }
  })

  it('gives the client nothing that is the operator’s to give', () => {
    const flags = { first_party: true, remember_consent: true, allow_missing_pkce: true, rotate_refresh_tokens: false }
    const taken = settingsOf({
      ...flags,
      ...{ resources: ['https://api.example.com'], serves: ['https://api.example.com'], default_scope: 'read' },
      further_auth_methods: ['client_secret_post'],
    })
    expect(taken).toEqual(settingsOf({}))
    expect(taken).toMatchObject({ first_party: false, remember_consent: undefined, allow_missing_pkce: false })
    expect(taken.further_auth_methods).toBeUndefined()
  })

  it('loses what cannot be used, and the rest stands', () => {
    const found = read({
      redirect_uris: [callback, 'cursor://anysphere.cursor-mcp/oauth/callback', 'http://localhost/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      logo_uri: 'http://app.example.com/logo.png',
      something: 'else',
    })
    expect(found).toMatchObject({
      ok: true,
      settings: {
        redirect_uris: [callback, 'http://localhost/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        logo_uri: undefined,
      },
    })
    if (!found.ok) return
    expect(found.dropped.map(({ member }) => member)).toEqual(['redirect_uris', 'grant_types', 'logo_uri'])
    expect(found.document).not.toHaveProperty('something')
    expect(found.document.redirect_uris).toHaveLength(3)
  })

  it('may have a redirect URI whose scheme has no dot only if the operator has listed it', () => {
    const uri = 'cursor://anysphere.cursor-mcp/oauth/callback'
    const listed = { ...withKeys, privateUseRedirectUris: new Set([uri]) }
    expect(settingsOf({ redirect_uris: [uri] }, listed).redirect_uris).toEqual([uri])
    expect(defectOf({ redirect_uris: [uri] }).reason).toBe('metadata')
  })

  it('read again from what is kept of it is the same', () => {
    const first = read({ redirect_uris: [callback, 'cursor://x/y'], token_endpoint_auth_methods_supported: ['none'] })
    if (!first.ok) throw new Error(first.description)
    expect(
      readDocument(first.document, client_id, { vocabulary: withKeys, parse: clientMetadataParser(withKeys) }),
    ).toEqual(first)
  })
})

describe('the ways of client authentication of a document', () => {
  const none = 'none'
  const key = 'private_key_jwt'
  it.each([
    ['nothing', {}, [none]],
    ['none', { token_endpoint_auth_method: none }, [none]],
    ['a key', { token_endpoint_auth_method: key }, [key]],
    ['both, as a list', { token_endpoint_auth_methods_supported: [key, none] }, [none, key]],
    [
      'a key, and both as a list',
      { token_endpoint_auth_method: key, token_endpoint_auth_methods_supported: [none, key] },
      [none, key],
    ],
    [
      'none, and a key as a list',
      { token_endpoint_auth_method: none, token_endpoint_auth_methods_supported: [key] },
      [none, key],
    ],
    [
      'what it can do elsewhere besides',
      { token_endpoint_auth_methods_supported: ['client_secret_basic', 'tls_client_auth', none] },
      [none],
    ],
  ])('are, with %s, these', (_, more, [first, ...further]) => {
    const settings = settingsOf(more)
    expect(settings.token_endpoint_auth_method).toBe(first)
    expect(settings.further_auth_methods ?? []).toEqual(further)
    // Who may come without proof is protected as somebody who has none.
    expect(isPublicClient(settings)).toBe(first === none)
    for (const method of [none, key]) {
      expect(mayUseMethod(settings, method)).toBe(method === first || further.includes(method))
    }
    expect(mayUseMethod(settings, 'client_secret_basic')).toBe(false)
  })

  it('leave out what no feature of the server brings', () => {
    const both = { token_endpoint_auth_method: key, token_endpoint_auth_methods_supported: [none, key] }
    expect(settingsOf(both, served)).toEqual(settingsOf({}, served))
    expect(defectOf({ token_endpoint_auth_method: key }, served)).toMatchObject({
      reason: 'auth_method',
      hint: 'It has "private_key_jwt". The feature privateKeyJwt() brings private_key_jwt.',
    })
  })

  it('leave out what the rest of the document does not do for, and say so', () => {
    // An app's own scheme is for public clients.
    const found = read({ redirect_uris: ['com.example.app:/cb'], token_endpoint_auth_methods_supported: [none, key] })
    expect(found).toMatchObject({ ok: true, settings: { token_endpoint_auth_method: none } })
    if (!found.ok) return
    expect(found.settings.further_auth_methods).toBeUndefined()
    expect(found.dropped).toMatchObject([{ member: 'token_endpoint_auth_methods_supported', value: key }])
  })
})
