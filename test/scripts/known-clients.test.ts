/** The form of the list of known clients, and that the check of it finds what is wrong. */
import { describe, expect, it } from 'vitest'
import { agesOf } from '../../scripts/known-clients/ages.mjs'
import { formProblems } from '../../scripts/known-clients/form.mjs'
import { type KnownClient, knownClients } from '../../src/known-clients/index.js'

// Every date of the list is before this one, whenever the test runs.
const today = new Date().toISOString().slice(0, 10)

const source = { kind: 'vendor documentation', url: 'https://app.example.com/docs', date: '2026-11' } as const
const document = 'https://app.example.com/client.json'
const callback = 'https://app.example.com/callback'
const client: KnownClient = {
  id: 'app',
  name: 'App',
  vendor: 'Example',
  runs: 'hosted',
  vendorHosts: ['app.example.com'],
  documents: [
    {
      url: document,
      source,
      copy: {
        source: { kind: 'metadata document', url: document, date: '2026-11-01' },
        document: { client_id: document, redirect_uris: [callback] },
      },
    },
  ],
  identifies: [{ by: 'document', document, when: ['document'], source }],
  redirectUris: [
    { uri: callback, port: 'exact', proves: true, source },
    { uri: 'http://localhost/cb', port: 'any', proves: false, source },
  ],
  authentication: { methods: ['none'], source },
  scope: { from: ['challenge'], source },
  traps: [{ trap: 'It is an example.', source }],
}
const [copied] = client.documents
const found = (changed: object, of = '2026-11-27') => formProblems([{ ...client, ...changed } as KnownClient], of)

describe('the list of known clients', () => {
  it('has its form', () => {
    expect(formProblems(knownClients, today)).toEqual([])
  })

  it('has at least the clients that everybody asks about', () => {
    expect(knownClients.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        ...['claude', 'claude-code', 'chatgpt', 'codex', 'cursor', 'vscode', 'gemini-cli', 'inspector', 'mcp-remote'],
        ...['typescript-sdk-1', 'typescript-sdk-2'],
      ]),
    )
  })
})

describe('the check of the form', () => {
  it('has nothing against a client as it should be', () => {
    expect(found({})).toEqual([])
  })

  it.each<[string, object, string]>([
    ['an id that is none', { id: 'My App' }, 'the id has'],
    ['no name', { name: ' ' }, 'name is empty'],
    ['a host that is a URL', { vendorHosts: ['https://app.example.com'] }, 'is no host name'],
    ['a fact without a source', { authentication: { methods: ['none'] } }, 'authentication: no source'],
    [
      'a date that is none',
      { scope: { from: ['challenge'], source: { ...source, date: '2026-02-30' } } },
      'is no date',
    ],
    ['a month that is none', { scope: { from: ['challenge'], source: { ...source, date: '2026-13' } } }, 'is no date'],
    ['no day', { scope: { from: ['challenge'], source: { ...source, date: 'today' } } }, 'is no date'],
    ['a day to come', { scope: { from: ['challenge'], source: { ...source, date: '2026-11-28' } } }, 'yet to come'],
    [
      'a source at http',
      { scope: { from: ['challenge'], source: { ...source, url: 'http://a.example' } } },
      'no https URL',
    ],
    [
      'code that is nowhere',
      { scope: { from: ['challenge'], source: { kind: 'client code', date: '2026-11' } } },
      'no https URL',
    ],
    [
      'another kind of source',
      { scope: { from: ['challenge'], source: { ...source, kind: 'rumour' } } },
      'is no kind of source',
    ],
    [
      'a document at another host',
      { vendorHosts: ['example.org'], redirectUris: [] },
      "its host is none of the vendor's",
    ],
    ['a document at http', { documents: [{ url: 'http://app.example.com/c', source }] }, 'is no https URL with a path'],
    ['a document of somebody else', { documents: [{ ...copied, url: `${document}?v=2` }] }, `client_id is ${document}`],
    [
      'a copy with a redirect URI that nobody knows',
      { redirectUris: client.redirectUris.slice(1) },
      "is none of the client's redirect URIs",
    ],
    [
      'a copy with keys of its own',
      {
        documents: [
          { ...copied, copy: { ...copied?.copy, document: { ...copied?.copy?.document, jwks_uri: document } } },
        ],
      },
      "are not those of the client's assertion",
    ],
    [
      'a copy that somebody has made up',
      { documents: [{ ...copied, copy: { ...copied?.copy, source } }] },
      'its source is not the document',
    ],
    [
      'a copy of what differs',
      { documents: [{ ...copied, url: 'https://app.example.com/{id}/client.json' }] },
      'no copy of it can ship',
    ],
    ['a way to a document that is not there', { documents: [] }, 'is none of its documents'],
    [
      'a way without its condition',
      { identifies: [{ by: 'registration', when: [], source }] },
      'without the condition "registration"',
    ],
    ['no way at all', { identifies: [] }, 'nobody knows how it identifies itself'],
    [
      'the same redirect URI twice',
      { redirectUris: [...client.redirectUris, client.redirectUris[0]] },
      'is there twice',
    ],
    [
      'a redirect URI that is none',
      { redirectUris: [...client.redirectUris, { uri: 'x', port: 'exact', source }] },
      'is no URI',
    ],
    [
      'proof by a loopback URI',
      { redirectUris: [client.redirectUris[0], { ...client.redirectUris[1], proves: true }] },
      'proves nothing, and says otherwise',
    ],
    [
      'proof by a scheme',
      { redirectUris: [client.redirectUris[0], { uri: 'app://cb', port: 'exact', proves: true, source }] },
      'proves nothing, and says otherwise',
    ],
    [
      'proof by a host of others',
      {
        redirectUris: [client.redirectUris[0], { uri: 'https://example.org/cb', port: 'exact', proves: true, source }],
      },
      'proves nothing, and says otherwise',
    ],
    [
      'no proof where there is one',
      { redirectUris: [{ ...client.redirectUris[0], proves: false }] },
      'proves the client, and',
    ],
    [
      'a free port beyond loopback',
      { redirectUris: [{ ...client.redirectUris[0], port: 'any' }] },
      'its port cannot be free',
    ],
    [
      'a port that is free and named',
      { redirectUris: [client.redirectUris[0], { ...client.redirectUris[1], uri: 'http://localhost:1/cb' }] },
      'its port cannot be free',
    ],
    [
      'a registration of another URI',
      { registration: { body: { redirect_uris: ['http://localhost:{port}/other'] }, source } },
      'is none of its redirect URIs',
    ],
    ['half a sentence', { traps: [{ trap: 'It is', source }] }, 'is no sentence'],
  ])('finds %s', (_, changed, problem) => {
    expect(found(changed).join('\n')).toContain(problem)
  })

  it('finds two clients of one id, one document or one proof', () => {
    const problems = formProblems([client, client], today)
    expect(problems).toEqual([
      'id app is there twice',
      `document ${document} is there twice`,
      `proof ${callback} is there twice`,
    ])
  })
})

it('says how old the facts are, the oldest first', () => {
  const [oldest, ...others] = agesOf([client], '2026-11-27')
  expect(oldest).toEqual({ client: 'app', fact: `document ${document}`, date: '2026-11', days: 26 })
  expect(others.every(({ days }) => days === 26)).toBe(true)
  expect(agesOf(knownClients, today).map(({ days }) => days)).toEqual(
    agesOf(knownClients, today)
      .map(({ days }) => days)
      .sort((a, b) => b - a),
  )
})
