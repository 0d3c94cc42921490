/**
 * The TypeScript SDK in both of its generations, as apps of one's own use it.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const one: Source = {
  kind: 'client code',
  url: 'https://www.npmjs.com/package/@modelcontextprotocol/sdk/v/1.32.2',
  date: '2026-11-27',
}
const two: Source = {
  kind: 'client code',
  url: 'https://www.npmjs.com/package/@modelcontextprotocol/client/v/2.4.0',
  date: '2026-11-27',
}

const common = (source: Source) =>
  ({
    vendor: 'Model Context Protocol',
    runs: 'library',
    vendorHosts: [],
    documents: [],
    redirectUris: [],
    identifies: [
      { by: 'static', when: ['configured'], source },
      { by: 'document', when: ['document', 'document_configured'], source },
      { by: 'registration', when: ['registration'], source },
    ],
    authentication: { methods: ['client_secret_basic', 'client_secret_post', 'none'], source },
    resource: {
      sentWith: ['authorization', 'token', 'refresh'],
      spelling: 'as_given',
      compares: 'path_prefix',
      source,
    },
  }) as const satisfies Partial<KnownClient>

const forms = {
  resourceMetadata: ['challenge', 'path_inserted', 'root'],
  serverMetadata: ['oauth_path_inserted', 'openid_path_inserted', 'openid_path_appended'],
  takes: 'first',
} as const

const slash = (source: Source) => ({
  trap: 'Versions before these send the resource as `new URL(…).href`, which puts a slash behind a bare origin.',
  source,
})

export const typescriptSdk1: KnownClient = {
  ...common(one),
  id: 'typescript-sdk-1',
  name: 'TypeScript SDK 1',
  version: '1.32.2',
  registration: { body: { redirect_uris: ['{redirect_uri}'] }, adapts: ['scope'], repeats: 'once', source: one },
  discovery: { ...forms, guessesEndpoints: true, comparesIssuer: false, checksIss: 'never', source: one },
  scope: {
    from: ['challenge', 'resource_metadata', 'configured'],
    offlineAccess: false,
    promptsForOfflineAccess: true,
    source: one,
  },
  traps: [
    slash(one),
    {
      trap: 'It reads the first challenge of a response, and only when that is `Bearer`.',
      cure: 'Send one challenge.',
      source: one,
    },
  ],
}

export const typescriptSdk2: KnownClient = {
  ...common(two),
  id: 'typescript-sdk-2',
  name: 'TypeScript SDK 2',
  version: '2.4.0',
  registration: {
    body: { redirect_uris: ['{redirect_uri}'], grant_types: ['authorization_code', 'refresh_token'] },
    adapts: ['scope', 'application_type'],
    repeats: 'once',
    source: two,
  },
  discovery: {
    ...forms,
    guessesEndpoints: true,
    comparesIssuer: true,
    checksIss: 'when_sent_or_advertised',
    source: two,
  },
  scope: {
    from: ['challenge', 'resource_metadata', 'configured'],
    offlineAccess: true,
    promptsForOfflineAccess: true,
    source: two,
  },
  traps: [
    slash(two),
    {
      trap: 'It checks the issuer of the metadata and the `iss` of answers byte for byte, and binds what it has registered to that issuer.',
      cure: 'Write the issuer in `authorization_servers` as the server writes it.',
      source: two,
    },
    {
      trap: 'A client assertion (`private_key_jwt`) has the issuer as its `aud`, unless the app says otherwise.',
      source: two,
    },
  ],
}
