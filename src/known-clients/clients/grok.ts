/**
 * Grok, of which little more is known than its document.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const document = 'https://grok.com/oauth/mcp-client.json'
const read: Source = { kind: 'metadata document', url: document, date: '2026-10-09' }

export const grok: KnownClient = {
  id: 'grok',
  name: 'Grok',
  vendor: 'xAI',
  runs: 'hosted',
  vendorHosts: ['grok.com', 'console.x.ai'],
  documents: [
    {
      url: document,
      source: read,
      copy: {
        source: read,
        document: {
          client_id: document,
          client_name: 'Grok',
          client_uri: 'https://grok.com',
          logo_uri: 'https://grok.com/icon-512x512.png',
          redirect_uris: [
            'https://grok.com/connectors-oauth-exchange-code/',
            'https://console.x.ai/connectors-oauth-exchange-code/',
          ],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
        },
      },
    },
  ],
  identifies: [{ by: 'document', document, when: ['document'], source: read }],
  redirectUris: [
    { uri: 'https://grok.com/connectors-oauth-exchange-code/', port: 'exact', proves: true, source: read },
    { uri: 'https://console.x.ai/connectors-oauth-exchange-code/', port: 'exact', proves: true, source: read },
  ],
  authentication: { methods: ['none'], source: read },
  traps: [
    {
      trap: 'The host of its document answers 403 to addresses of data centres.',
      source: { kind: 'public report', date: '2026-11' },
    },
  ],
}
