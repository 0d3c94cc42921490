/**
 * A server on its own port with the pages that ship, and a client on another origin that notes what comes back.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { nodeListener } from '../../../adapters/node.js'
import type { PagesOptions } from '../../../src/pages/options.js'
import { createAuthorizationServer } from '../../../src/server.js'
import { memoryStorage } from '../../../src/storage/memory.js'
import { passwordLogin } from '../../../src/users/password.js'
import { pkce } from '../../support/harness.js'

const API = 'https://api.example.com'
const SECRET = 'a client secret for the tests of the pages'

export interface Site {
  readonly issuer: string
  readonly callback: string
  /** What came back to the client, oldest first. */
  readonly answers: URLSearchParams[]
  /** An authorization request of the client `notes`, with changes. */
  authorizeUrl(changes?: Record<string, string>): string
  /** Redeems the code that came last. */
  redeem(): Promise<{ readonly scope: string; readonly refresh_token: string }>
  refresh(refresh_token: string): Promise<{ readonly error?: string }>
  /** Lets time go by on the server. */
  wait(seconds: number): void
  close(): Promise<void>
}

/** `pages` is the option of the server; `frontEnd` is an origin where `frontEndPage` is shown. */
export interface SiteOptions {
  readonly pages?: ((frontEnd: string, issuer: string) => PagesOptions) | undefined
  readonly frontEndPage?: ((query: URLSearchParams) => string) | undefined
}

const { verifier, challenge } = pkce()

const clientPage = '<!doctype html><html lang="en"><title>Client</title><h1>Back at the client</h1></html>'

/** Longer than anything should be, and it would run if it were not escaped. */
export const hostileName = `<script>document.title='taken'</script>"'&${'x'.repeat(150)}`

export async function startSite({ pages, frontEndPage }: SiteOptions = {}): Promise<Site> {
  const answers: URLSearchParams[] = []
  let skipped = 0
  const client = await listen(
    createServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://client')
      response.setHeader('content-type', 'text/html')
      const form = new URLSearchParams(await text(request))
      if (['/cb', '/hop', '/app'].includes(pathname)) answers.push(form.size > 0 ? form : searchParams)
      // A callback that sends the browser on: to another origin, or to its app on the device.
      if (pathname === '/hop') response.writeHead(302, { location: `http://localhost:${client.port}/done` })
      if (pathname === '/app') response.writeHead(302, { location: 'com.example.notes:/done' })
      response.end(['/cb', '/done'].includes(pathname) ? clientPage : frontEndPage?.(searchParams))
    }),
  )
  const callback = `http://127.0.0.1:${client.port}/cb`
  const server = createServer()
  const { port } = await listen(server)
  const issuer = `http://localhost:${port}`
  const auth = createAuthorizationServer({
    issuer,
    storage: memoryStorage(),
    users: passwordLogin({
      verify: async (username, password) => (password === 'analytical engine' ? username : null),
      forgotPasswordUrl: '/forgot',
      signUpUrl: '/sign-up',
    }),
    pages: pages?.(`http://localhost:${client.port}`, issuer),
    now: () => Date.now() + skipped,
    resources: {
      [API]: {
        scopes: { read: 'Read your notes', write: { text: 'Change your notes', optional: true } },
      },
    },
    clients: [
      {
        client_id: 'notes',
        client_name: 'Field Notes',
        client_secret: SECRET,
        token_endpoint_auth_method: 'client_secret_post',
        redirect_uris: [callback, ...hops(client.port)],
        logo_uri: 'https://cdn.example/logo.svg',
        policy_uri: 'https://notes.example/privacy',
        tos_uri: 'https://notes.example/terms',
      },
      {
        client_id: 'own',
        client_secret: SECRET,
        redirect_uris: hops(client.port),
        first_party: true,
      },
      {
        client_id: 'desktop',
        client_name: 'Notes for the desktop',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb', 'com.example.notes:/cb'],
      },
      {
        client_id: 'hostile',
        client_name: hostileName,
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/cb'],
      },
    ],
  })
  server.on('request', nodeListener(auth))
  const token = async (form: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'notes', client_secret: SECRET, ...form })
    return (await fetch(`${issuer}/oauth/token`, { method: 'POST', body })).json()
  }
  return {
    issuer,
    callback,
    answers,
    authorizeUrl: (changes = {}) =>
      `${issuer}/oauth/authorize?${new URLSearchParams({
        response_type: 'code',
        client_id: 'notes',
        redirect_uri: callback,
        scope: 'read write',
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...changes,
      })}`,
    redeem: () =>
      token({
        grant_type: 'authorization_code',
        code: answers.at(-1)?.get('code') ?? '',
        code_verifier: verifier,
        redirect_uri: callback,
      }),
    refresh: (refresh_token) => token({ grant_type: 'refresh_token', refresh_token }),
    wait(seconds) {
      skipped += seconds * 1000
    },
    async close() {
      for (const one of [server, client.server]) {
        one.closeAllConnections()
        one.close()
        await once(one, 'close')
      }
    },
  }
}

/** Redirect URIs of a client that sends the browser on. */
const hops = (port: number) => ['hop', 'app'].map((path) => `http://127.0.0.1:${port}/${path}`)

async function listen(server: Server): Promise<{ readonly server: Server; readonly port: number }> {
  server.listen(0)
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}
