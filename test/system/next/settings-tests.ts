/**
 * Settings of Next that change paths, and openid-client against them: it follows no redirect of a POST, as most clients.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { redirectUri, web } from '../../../adapters/testing/server.js'
import { basic, browse, siteAt } from '../../../adapters/testing/site.js'
import { freePort } from '../../support/free-port.js'
import { startNext } from './running.js'

const distDir = '.next-settings'
const line = /grantwright: a request came for (\S+),/g

/** Defines the tests of the app in `folder`, which has Next and grantwright in its node_modules. */
export function testSettings(folder: string): void {
  const next = join(folder, 'node_modules/next/dist/bin/next')

  async function startDev(settings: object) {
    const port = await freePort()
    const issuer = `http://127.0.0.1:${port}`
    rmSync(join(folder, distDir), { recursive: true, force: true })
    const { printed } = await startNext(folder, [next, 'dev', '--hostname', '127.0.0.1', '--port', String(port)], {
      NODE_ENV: 'development',
      ISSUER: issuer,
      SETTINGS: JSON.stringify({ distDir, ...settings }),
    })
    // Each route is compiled when it is asked for, and clients wait for half a minute at most.
    for (const path of ['/.well-known/none', '/oauth/none', '/api/notes']) await fetch(issuer + path)
    return { issuer, printed }
  }

  describe('with `trailingSlash: true`', () => {
    it('and `skipTrailingSlashRedirect: true`, openid-client is served and no URL of the metadata is a redirect', async () => {
      const { issuer, printed } = await startDev({ trailingSlash: true, skipTrailingSlashRedirect: true })
      await serveOpenIdClient(issuer)
      expect([...printed().matchAll(line)]).toEqual([])
    })

    it('alone, whoever follows the redirect is served, and the console names `skipTrailingSlashRedirect` once', async () => {
      const { issuer, printed } = await startDev({ trailingSlash: true })
      const token = `${issuer}/oauth/token`
      const post = {
        method: 'POST',
        headers: { authorization: basic(web) },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'none' }),
      }
      expect((await fetch(token, { ...post, redirect: 'manual' })).status).toBe(308)
      for (const _turn of [1, 2])
        expect(await (await fetch(token, post)).json()).toMatchObject({ error: 'invalid_grant' })
      expect([...printed().matchAll(line)].map(([, path]) => path)).toEqual(['/oauth/token/'])
      expect(printed()).toContain('skipTrailingSlashRedirect: true')
    })
  })

  it('with `basePath` and `trailingSlash`, a standalone server serves openid-client', async () => {
    const port = await freePort()
    const issuer = `http://127.0.0.1:${port}/tenant`
    const rewrites = [
      {
        source: '/.well-known/:path*',
        destination: `${issuer}/.well-known/:path*`,
        basePath: false,
      },
    ]
    const settings = { basePath: '/tenant', trailingSlash: true, skipTrailingSlashRedirect: true, output: 'standalone' }
    const env = { NODE_ENV: 'production', SETTINGS: JSON.stringify({ distDir, ...settings, rewrites }) }
    rmSync(join(folder, distDir), { recursive: true, force: true })
    execFileSync(process.execPath, [next, 'build'], {
      cwd: folder,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env } as NodeJS.ProcessEnv,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    // Where nothing else lies around it.
    const alone = mkdtempSync(join(tmpdir(), 'grantwright-standalone-'))
    onTestFinished(() => rmSync(alone, { recursive: true }))
    cpSync(join(folder, distDir, 'standalone'), alone, { recursive: true, verbatimSymlinks: true })
    const { printed } = await startNext(alone, ['server.js'], {
      NODE_ENV: 'production',
      AT: '/tenant',
      ISSUER: issuer,
      PORT: String(port),
      HOSTNAME: '127.0.0.1',
    })
    await serveOpenIdClient(issuer)
    expect([...printed().matchAll(line)]).toEqual([])
  }, 300_000)
}

/** From discovery to revocation; each URL of the metadata answers by itself. */
async function serveOpenIdClient(issuer: string): Promise<void> {
  const config = await client.discovery(
    new URL(issuer),
    web.client_id,
    undefined,
    client.ClientSecretBasic(web.client_secret),
    { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
  )
  const urls = Object.values(config.serverMetadata()).filter((value) => String(value).startsWith(`${issuer}/`))
  expect(urls.length).toBeGreaterThan(4)
  for (const url of urls) {
    for (const method of ['GET', 'POST']) {
      const { status } = await fetch(String(url), { method, redirect: 'manual' })
      expect([200, 400, 401, 405], `${method} ${url}`).toContain(status)
    }
  }

  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'notes:read',
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const callback = await browse(siteAt(issuer, new URL(issuer).origin), url.href)
  const tokens = await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState })
  const { access_token, refresh_token = '' } = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  const callApi = () => client.fetchProtectedResource(config, access_token, new URL(`${issuer}/api/notes`), 'GET')
  expect(await (await callApi()).json()).toMatchObject({ subject: 'ada', clientId: web.client_id })
  await client.tokenRevocation(config, refresh_token)
  await expect(callApi()).rejects.toThrow()
}
