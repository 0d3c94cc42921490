/**
 * Suite: requests that an adapter must hand over as they are, so that the server can refuse them.
 *
 * @module
 */
import type { AdapterTest } from './part.js'
import { web } from './server.js'
import { basic, discover, equal, json, obtainCode, post, redemption, type Site } from './site.js'

const form = 'application/x-www-form-urlencoded'

export function edgeTests(test: AdapterTest): void {
  test('a repeated parameter in a form is refused, and the code stays good', async (site) => {
    const code = await obtainCode(site)
    const body = `${new URLSearchParams(redemption(code))}&code=${code}`
    const refused = await json(await send(site, { 'content-type': form, authorization: basic(web) }, body), 400)
    equal('error', refused.error, 'invalid_request')
    equal('afterwards', (await post(site, await tokenEndpoint(site), redemption(code))).status, 200)
  })

  test('a repeated parameter in a query is refused', async (site) => {
    const { authorization_endpoint } = await discover(site)
    const response = await site.send(`${authorization_endpoint}?client_id=nobody&client_id=${web.client_id}`)
    equal('status', response.status, 400)
    equal('location', response.headers.get('location'), null)
  })

  test('a form in the query of a POST is no form', async (site) => {
    const query = new URLSearchParams({ ...redemption(await obtainCode(site)), client_id: 'spa' })
    const response = await site.send(`${await tokenEndpoint(site)}?${query}`, {
      method: 'POST',
      headers: { 'content-type': form },
      body: 'a=b',
    })
    equal('error', (await json(response, 401)).error, 'invalid_client')
  })

  test('a body of another content type is refused', async (site) => {
    const code = await obtainCode(site)
    const headers = { authorization: basic(web) }
    for (const [type, body] of [
      ['application/json', JSON.stringify(redemption(code))],
      ['text/plain', new URLSearchParams(redemption(code)).toString()],
    ] as const) {
      const refused = await json(await send(site, { ...headers, 'content-type': type }, body), 400)
      equal(type, refused.error, 'invalid_request')
    }
    equal('afterwards', (await post(site, await tokenEndpoint(site), redemption(code))).status, 200)
  })

  test('an empty body is a form without parameters', async (site) => {
    equal('error', (await json(await send(site, { 'content-type': form }, ''), 401)).error, 'invalid_client')
  })

  test('a body that is too large is answered with 413, and the app goes on', async (site) => {
    // The second is more than what fits between two sockets: whoever does not read it leaves the client stuck in sending.
    for (const size of [70_000, 8_000_000]) {
      const response = await send(site, { 'content-type': form }, `a=${'x'.repeat(size)}`)
      equal(`${size} bytes`, response.status, 413)
      await response.arrayBuffer()
    }
    equal('afterwards', (await site.send('/hello')).status, 200)
  })

  test('an Authorization header with an access token is refused, and named', async (site) => {
    const headers = { 'content-type': form, authorization: 'Bearer abc' }
    const refused = await json(await send(site, headers, 'grant_type=client_credentials'), 400)
    equal('error', refused.error, 'invalid_request')
    equal('names Bearer', /Bearer/.test(refused.error_description ?? ''), true)
  })

  test('a malformed Authorization header is a wrong client, with a challenge', async (site) => {
    for (const authorization of ['Basic', 'Basic !', `Basic ${btoa('no colon')}`]) {
      const response = await send(site, { 'content-type': form, authorization }, 'grant_type=client_credentials')
      equal(`${authorization}: challenge`, /^Basic /.test(response.headers.get('www-authenticate') ?? ''), true)
      equal(authorization, (await json(response, 401)).error, 'invalid_client')
    }
  })

  test('an access token in the query is not looked at', async (site) => {
    equal('status', (await site.send('/api/notes?access_token=abc')).status, 401)
  })
}

const tokenEndpoint = async (site: Site): Promise<string> => (await discover(site)).token_endpoint ?? ''

const send = async (site: Site, headers: Record<string, string>, body: string): Promise<Response> =>
  site.send(await tokenEndpoint(site), { method: 'POST', headers, body })
