/**
 * Visual Studio Code.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const code: Source = {
  kind: 'client code',
  url: 'https://github.com/microsoft/vscode/blob/main/src/vs/base/common/oauth.ts',
  date: '2026-11',
}
const choice: Source = {
  kind: 'client code',
  url: 'https://github.com/microsoft/vscode/blob/main/src/vs/workbench/api/browser/mainThreadAuthentication.ts',
  date: '2026-11',
}
const flow: Source = {
  kind: 'client code',
  url: 'https://github.com/microsoft/vscode/blob/main/src/vs/workbench/api/common/extHostMcp.ts',
  date: '2026-11',
}
const docs: Source = {
  kind: 'vendor documentation',
  url: 'https://code.visualstudio.com/api/extension-guides/ai/mcp',
  date: '2026-11',
}

const document = 'https://vscode.dev/oauth/client-metadata.json'

export const vscode: KnownClient = {
  id: 'vscode',
  name: 'Visual Studio Code',
  vendor: 'Microsoft',
  runs: 'local',
  vendorHosts: ['vscode.dev', 'insiders.vscode.dev', 'code.visualstudio.com'],
  documents: [
    {
      url: document,
      source: docs,
      copy: {
        source: { kind: 'metadata document', url: document, date: '2026-09-08' },
        document: {
          client_name: 'Visual Studio Code',
          logo_uri: 'https://code.visualstudio.com/assets/branding/code-stable.png',
          grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
          application_type: 'native',
          client_id: document,
          client_uri: 'https://vscode.dev/product',
          redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
        },
      },
    },
  ],
  identifies: [
    { by: 'static', when: ['configured'], source: docs },
    { by: 'document', document, when: ['document'], source: choice },
    { by: 'registration', when: ['registration'], source: docs },
  ],
  redirectUris: [
    { uri: 'http://127.0.0.1/', port: 'any', firstPort: 33418, proves: false, source: code },
    { uri: 'https://vscode.dev/redirect', port: 'exact', proves: true, source: docs },
    { uri: 'https://insiders.vscode.dev/redirect', port: 'exact', proves: true, source: code },
  ],
  registration: {
    body: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    adapts: ['scope', 'grant_types'],
    repeats: 'once',
    source: code,
  },
  authentication: { methods: ['none'], source: code },
  discovery: {
    resourceMetadata: ['challenge', 'path_inserted', 'root'],
    serverMetadata: ['oauth_path_inserted', 'openid_path_inserted', 'openid_path_appended'],
    guessesEndpoints: true,
    takes: 'first',
    source: flow,
  },
  scope: { from: ['challenge', 'resource_metadata'], source: flow },
  resource: { compares: 'normalized', source: code },
  traps: [
    {
      trap: 'It asks with port 33418, and with another one when that is taken; its document and its registration name that port.',
      source: code,
    },
    {
      trap: 'It registers four redirect URIs at once, and grant types that the server may not have, the device code among them.',
      source: code,
    },
    {
      trap: 'Without server metadata it guesses `/authorize`, `/token` and `/register` at the root.',
      cure: 'Serve the metadata; the guesses are not needed then.',
      source: flow,
    },
  ],
}
