/**
 * Suite: nothing is lost between the wire and the server, in either direction, and what is not the server's is the app's.
 *
 * @module
 */
import type { AdapterTest } from './part.js'
import { loginCookies, poster } from './server.js'
import { authorizationRequest, cookieHint, discover, equal, json, obtainCode, post, redemption } from './site.js'

export function messageTests(test: AdapterTest): void {
  test('the lines of Set-Cookie are kept apart', async (site) => {
    const { authorization_endpoint } = await discover(site)
    const response = await site.send(`${authorization_endpoint}?${new URLSearchParams(authorizationRequest())}`)
    const lines = response.headers.getSetCookie()
    equal(`lines of Set-Cookie (${cookieHint})`, lines.length, 3)
    for (const cookie of loginCookies) equal(cookie, lines.filter((line) => line.startsWith(`${cookie};`)).length, 1)
    equal('expiry', lines.filter((line) => line.endsWith('; Expires=Fri, 01 Jan 2100 00:00:00 GMT')).length, 1)
  })

  test('an answer with tokens is JSON, readable for scripts of every origin, and kept by no cache', async (site) => {
    const { token_endpoint = '' } = await discover(site)
    const { headers, status } = await post(site, token_endpoint, redemption(await obtainCode(site)))
    equal('status', status, 200)
    equal('content type', headers.get('content-type')?.replace(/;.*/, ''), 'application/json')
    equal('caching', headers.get('cache-control'), 'no-store')
    equal('CORS', headers.get('access-control-allow-origin'), '*')
  })

  test('a page is HTML with the policy that the server gave it', async (site) => {
    const { authorization_endpoint } = await discover(site)
    const response = await site.send(`${authorization_endpoint}?client_id=nobody`)
    equal('status', response.status, 400)
    equal('content type', response.headers.get('content-type')?.replace(/;.*/, ''), 'text/html')
    equal('policy', /default-src 'none'/.test(response.headers.get('content-security-policy') ?? ''), true)
    equal('page', /<h1>/.test(await response.text()), true)
  })

  test('HEAD is answered like GET, without the body', async (site) => {
    const response = await site.send('/.well-known/oauth-authorization-server', { method: 'HEAD' })
    equal('status', response.status, 200)
    equal('content type', response.headers.get('content-type')?.replace(/;.*/, ''), 'application/json')
    equal('body', await response.text(), '')
  })

  test('a preflight is answered at the token endpoint, and not at the authorization endpoint', async (site) => {
    const { authorization_endpoint = '', token_endpoint = '' } = await discover(site)
    const headers = {
      origin: 'https://client.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-of-the-client',
    }
    const token = await site.send(token_endpoint, { method: 'OPTIONS', headers })
    equal('token: status', token.status, 204)
    equal('token: origin', token.headers.get('access-control-allow-origin'), '*')
    equal(
      'token: headers',
      token.headers.get('access-control-allow-headers'),
      'authorization, content-type, x-of-the-client',
    )
    const authorize = await site.send(authorization_endpoint, { method: 'OPTIONS', headers })
    equal('authorize: status', authorize.status, 405)
    equal('authorize: origin', authorize.headers.get('access-control-allow-origin'), null)
  })

  test('a method that an endpoint does not have is refused with those that it has', async (site) => {
    const { token_endpoint = '' } = await discover(site)
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await site.send(token_endpoint, { method })
      equal(`${method}: status`, response.status, 405)
      equal(`${method}: allow`, response.headers.get('allow'), 'POST')
    }
  })

  test('a form is decoded once: plus signs are spaces, escapes are what they stand for', async (site) => {
    const { token_endpoint = '' } = await discover(site)
    const secret = encodeURIComponent(poster.client_secret).replaceAll('%20', '+')
    const response = await site.send(token_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
      body: `grant_type=client%5Fcredentials&scope=notes%3Aread+notes%3awrite&client_id=poster&client_secret=${secret}`,
    })
    equal('scope', (await json(response, 200)).scope, 'notes:read notes:write')
  })

  test('what is not the server’s goes on to the app, also beside its own paths', async (site) => {
    const hello = await site.send('/hello')
    equal('status', hello.status, 200)
    equal('body', await hello.text(), 'hello')
    for (const path of ['/', '/oauth', '/oauth/tokens', '/oauth/token/more', '/.well-known/security.txt']) {
      equal(path, (await site.send(path)).status, 404)
    }
  })
}
