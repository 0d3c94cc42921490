/**
 * A real Next app around the packed build: built once, started for each issuer, and driven over its socket. The app is the same
 * for every version of Next; only what is installed in its folder differs.
 *
 * @module
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redirectUri, web } from '../../../adapters/testing/server.js'
import { basic, browse, obtainTokens, siteAt } from '../../../adapters/testing/site.js'
import { adapterSuite } from '../../../adapters/testing.js'
import { pack } from '../../../scripts/package.mjs'
import { listen } from '../../adapters/apps.js'
import { strippingProxy } from '../../adapters/proxy.js'
import { exchange, open } from '../../adapters/raw.js'
import { freePort } from '../../support/free-port.js'

const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } as const

/** Defines the tests of the app in `folder`, which has Next in its node_modules. */
export function testNextApp(folder: string): void {
  const next = join(folder, 'node_modules/next/dist/bin/next')
  const running = new Map<string, { origin: Promise<string>; child: ChildProcess }>()

  beforeAll(() => {
    const packed = mkdtempSync(join(tmpdir(), 'grantwright-next-'))
    const installed = join(folder, 'node_modules/grantwright')
    rmSync(installed, { recursive: true, force: true })
    mkdirSync(installed)
    execFileSync('tar', ['-xzf', pack(packed), '-C', installed, '--strip-components=1'])
    rmSync(packed, { recursive: true })
    rmSync(join(folder, '.next'), { recursive: true, force: true })
    execFileSync(process.execPath, [next, 'build'], { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] })
  })

  afterAll(async () => {
    for (const { child } of running.values()) {
      child.kill()
      await once(child, 'exit')
    }
  })

  /** The origin of the app that runs with this issuer, started when it is wanted for the first time. */
  function start(issuer: string, port: number, at = ''): Promise<string> {
    const known = running.get(issuer + at)
    if (known) return known.origin
    const args = [next, 'start', '--hostname', '127.0.0.1', '--port', String(port)]
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...env, ISSUER: issuer, ...(at && { AT: at }) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const origin = (async () => {
      let told = ''
      for await (const chunk of child.stdout) {
        told += String(chunk)
        if (/Ready in/.test(told)) {
          child.stdout.resume()
          return `http://127.0.0.1:${port}`
        }
      }
      throw new Error(`next start ended after: ${told}`)
    })()
    running.set(issuer + at, { origin, child })
    return origin
  }

  describe('Next route handlers', () => {
    adapterSuite({ describe, it }, async ({ issuer }) => ({
      origin: await start(issuer, await freePort()),
      close() {},
    }))

    it('hands a guarded route its parameters', async () => {
      const issuer = 'http://localhost:4433'
      const site = siteAt(issuer, await start(issuer, await freePort()))
      const { access_token } = await obtainTokens(site)
      const response = await site.send('/api/notes/7', { headers: { authorization: `Bearer ${access_token}` } })
      expect(await response.json()).toEqual({ id: '7', path: '/api/notes/7', subject: 'ada' })
      expect((await site.send('/api/notes/7')).status).toBe(401)
    })

    // Node drops the second one from the headers that Next passes on, so the server cannot refuse it.
    it('judges the first of two Authorization lines, never the second', async () => {
      const { port } = new URL(await start('http://localhost:4433', await freePort()))
      const form = 'Content-Type: application/x-www-form-urlencoded'
      const lines = ['Authorization: Basic YTpi', `Authorization: ${basic(web)}`]
      const send = (order: string[]) =>
        exchange(
          Number(port),
          ['POST /oauth/token HTTP/1.1', form, ...order],
          'grant_type=refresh_token&refresh_token=a',
        )
      expect(await send(lines)).toMatch(/^HTTP\/1.1 401 /)
      // Not the client is refused now, but what it asks for.
      expect(await send(lines.toReversed())).toMatch(/^HTTP\/1.1 400 /)
    })

    it('goes on when a client hangs up in the middle of a body', async () => {
      const origin = await start('http://localhost:4433', await freePort())
      const head = ['POST /oauth/token HTTP/1.1', 'Host: localhost', 'Content-Length: 1000']
      const socket = await open(Number(new URL(origin).port), head, 'grant_type=')
      socket.destroy()
      expect((await fetch(`${origin}/oauth/jwks`)).status).toBe(200)
    })

    it('serves a client through a reverse proxy that strips a prefix', async () => {
      const issuer = 'http://localhost:4433/public'
      const seen: string[] = []
      const proxy = await listen(strippingProxy('/public', await start(issuer, await freePort(), '/public'), seen))
      try {
        const site = siteAt(issuer, proxy.origin)
        const { access_token } = await obtainTokens(site)
        const headers = { authorization: `Bearer ${access_token}` }
        expect(await (await site.send('/public/api/notes', { headers })).json()).toMatchObject({ subject: 'ada' })
        expect(seen.filter((path) => path.startsWith('/public'))).toEqual([])
      } finally {
        proxy.close()
      }
    })

    it('serves oauth4webapi from discovery to revocation', async () => {
      const port = await freePort()
      const issuer = `http://127.0.0.1:${port}`
      await start(issuer, port)
      const insecure = { [oauth.allowInsecureRequests]: true }
      const found = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...insecure })
      const as = await oauth.processDiscoveryResponse(new URL(issuer), found)
      const client: oauth.Client = { client_id: web.client_id }
      const proof = oauth.ClientSecretBasic(web.client_secret)
      const verifier = oauth.generateRandomCodeVerifier()
      const url = new URL(as.authorization_endpoint ?? '')
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: client.client_id,
        redirect_uri: redirectUri,
        scope: 'notes:read',
        state: 'state',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      const callback = oauth.validateAuthResponse(as, client, await browse(siteAt(issuer, issuer), url.href), 'state')
      let tokens = await oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, proof, callback, redirectUri, verifier, insecure),
      )
      for (const _turn of [1, 2]) {
        const request = oauth.refreshTokenGrantRequest(as, client, proof, tokens.refresh_token ?? '', insecure)
        tokens = await oauth.processRefreshTokenResponse(as, client, await request)
      }
      const callApi = () =>
        oauth.protectedResourceRequest(
          tokens.access_token,
          'GET',
          new URL(`${issuer}/api/notes`),
          undefined,
          undefined,
          insecure,
        )
      expect(await (await callApi()).json()).toMatchObject({ subject: 'ada', clientId: web.client_id })
      const revocation = oauth.revocationRequest(as, client, proof, tokens.refresh_token ?? '', insecure)
      await oauth.processRevocationResponse(await revocation)
      await expect(callApi()).rejects.toThrow(oauth.WWWAuthenticateChallengeError)
    })
  })
}
