/**
 * Development in containers: to the browser a page at `http://auth:3000` is no secure context, so it neither says what it fetches and for whom
 * (`Sec-Fetch-*`) nor keeps `Secure` cookies.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, vi } from 'vitest'
import { nodeListener } from '../../../adapters/node.js'
import { createAuthorizationServer, passwordLogin } from '../../../src/index.js'
import { memoryStorage } from '../../../src/storage/memory.js'
import { pkce } from '../../support/harness.js'
import { startChromium } from './chromium.js'

it('somebody logs in, allows, and arrives at an app by http beyond loopback', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const redirect_uri = `http://web:${port}/callback`
  const auth = createAuthorizationServer({
    issuer: `http://auth:${port}`,
    allowHttpBeyondLoopback: true,
    storage: memoryStorage(),
    users: passwordLogin({ verify: (username, password) => (password === 'right' ? username : null) }),
    secret: 'kJ8v1mZq4Xb7Tn2Rw9Lc5Yd0Gh3Fs6Pa',
    resources: { [`http://api:${port}`]: { scopes: { read: 'Read' } } },
    clients: [
      { client_id: 'web', token_endpoint_auth_method: 'none', redirect_uris: [redirect_uri], default_scope: 'read' },
    ],
  })
  const listener = nodeListener(auth)
  server.on('request', (request, response) => listener(request, response, () => response.end('Back at the client')))
  const browser = await startChromium('MAP auth 127.0.0.1, MAP web 127.0.0.1')
  try {
    const page = await browser.newPage()
    const { challenge } = pkce()
    await page.goto(
      `${auth.issuer}/oauth/authorize?${new URLSearchParams({
        ...{ response_type: 'code', client_id: 'web', redirect_uri, state: 's' },
        ...{ code_challenge: challenge, code_challenge_method: 'S256' },
      })}`,
    )
    expect(await page.evaluate('isSecureContext')).toBe(false)
    await page.fill('[name=username]', 'ada')
    await page.fill('[name=password]', 'right')
    await page.keyboard.press('Enter')
    await page.click('button[value=allow]')
    await page.waitForURL(/^http:\/\/web:/)
    expect(new URL(page.url()).searchParams.get('code')).toMatch(/^gwac_/)
    expect(warn).toHaveBeenCalledTimes(1)
  } finally {
    await browser.close()
    server.close()
    warn.mockRestore()
  }
})
