/** `@cloudflare/workers-oauth-provider` as its README has an authorization server. Its metadata are made without a look into KV. */

import { WorkerEntrypoint } from 'cloudflare:workers'
import { OAuthAuthorizationServer } from '@cloudflare/workers-oauth-provider'

const server = new OAuthAuthorizationServer({
  issuer: 'http://localhost',
  resources: ['https://api.example.com'],
  scopesSupported: ['notes:read', 'notes:write'],
})

export default class AuthServer extends WorkerEntrypoint {
  fetch(request) {
    return server.fetch(request, this.env, this.ctx)
  }
}
