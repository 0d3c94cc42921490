/**
 * A server on its own port with the pages that ship, a client on another origin that notes what comes back, and a browser.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium } from 'playwright-core'
import { nodeListener } from '../../../adapters/node.js'
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
  close(): Promise<void>
}

const { verifier, challenge } = pkce()

export async function startSite(): Promise<Site> {
  const answers: URLSearchParams[] = []
  const client = await listen(
    createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://client')
      if (pathname === '/cb') answers.push(searchParams)
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><html lang="en"><title>Client</title><h1>Back at the client</h1></html>')
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
        redirect_uris: [callback],
        logo_uri: 'https://cdn.example/logo.svg',
        policy_uri: 'https://notes.example/privacy',
        tos_uri: 'https://notes.example/terms',
      },
      {
        client_id: 'desktop',
        client_name: 'Notes for the desktop',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/cb', 'com.example.notes:/cb'],
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
    async close() {
      for (const one of [server, client.server]) {
        one.closeAllConnections()
        one.close()
        await once(one, 'close')
      }
    },
  }
}

async function listen(server: Server): Promise<{ readonly server: Server; readonly port: number }> {
  server.listen(0)
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  })
}

/** The logo of the client, for a browser without an internet. */
export const logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>'
