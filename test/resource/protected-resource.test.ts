import { describe, expect, it } from 'vitest'
import { fromRequest } from '../../src/edge/fetch.js'
import { createResourceServer, type ResourceServer } from '../../src/resource/index.js'
import { API, harness, ISSUER, OTHER_API } from '../support/harness.js'
import { foreignIssuer, outcome, request, show } from './issuer.js'

const PATH = '/.well-known/oauth-protected-resource'
const ask = (api: ResourceServer, url: string, method = 'GET') => api.handle(fromRequest(new Request(url, { method })))

describe('the document', () => {
  it('says what the resource is, who gives tokens for it, and how they are sent', () => {
    const api = createResourceServer({ server: harness().server, metadata: true })
    const { status, headers, body } = ask(api, `${API}${PATH}`) ?? {}
    expect(status).toBe(200)
    expect(JSON.parse(body ?? '')).toEqual({
      resource: API,
      authorization_servers: [ISSUER],
      bearer_methods_supported: ['header'],
      scopes_supported: ['read', 'write'],
    })
    expect(headers).toEqual([
      ['content-type', 'application/json;charset=utf-8'],
      ['cache-control', 'public, max-age=300'],
      ['access-control-allow-origin', '*'],
      ['access-control-expose-headers', 'www-authenticate, retry-after'],
    ])
  })

  it('has the members that the app adds', () => {
    const metadata = { scopes_supported: ['notes:read'], resource_name: 'Notes' }
    const api = foreignIssuer([]).api({ metadata })
    const document = JSON.parse(ask(api, `${API}${PATH}`)?.body ?? '')
    expect(document).toMatchObject({ resource: API, authorization_servers: [ISSUER], ...metadata })
  })

  it.each([
    ['https://api.example.com/', PATH],
    ['https://api.example.com/v1', `${PATH}/v1`],
    ['https://api.example.com/v1/', `${PATH}/v1/`],
    ['https://api.example.com/v1?tenant=a', `${PATH}/v1?tenant=a`],
    ['http://localhost:3000/api', `${PATH}/api`],
  ])('of %s is at %s, and challenges say so', async (resource, path) => {
    const api = foreignIssuer([]).api({ resource, metadata: true })
    const url = new URL(resource).origin + path
    expect(JSON.parse(ask(api, url)?.body ?? '')).toMatchObject({ resource })
    expect(outcome(await api.check(request({}))).challenge).toBe(`Bearer resource_metadata="${url}"`)
  })

  it.each([
    ['https://api.example.com', [`${PATH}/`]],
    ['https://api.example.com/v1', [`${PATH}/v1/`]],
    ['https://api.example.com/v1/', [`${PATH}/v1`]],
    ['https://api.example.com/v1?tenant=a', [`${PATH}/v1/?tenant=a`]],
  ])('of %s is also at %s, where a framework may redirect to', (resource, [path = '']) => {
    const api = foreignIssuer([]).api({ resource, metadata: true })
    expect(JSON.parse(ask(api, API + path)?.body ?? '')).toMatchObject({ resource })
    expect(ask(api, API + path.replace(/\/?(\?|$)/, '//$1'))).toBeNull()
  })

  it('is not given for any other path', () => {
    const api = createResourceServer({ server: harness().server, resource: OTHER_API, metadata: true })
    for (const path of [
      `${PATH}//`,
      `${PATH}?a=b`,
      `${PATH}/v1//`,
      `${PATH}/v1/?a=b`,
      `${PATH}/v2`,
      `${PATH}/v2/`,
      '/v1',
      '/',
    ]) {
      expect(ask(api, new URL(path, OTHER_API).href)).toBeNull()
    }
    expect(ask(api, `https://other.example.com${PATH}/v1`)?.status).toBe(200)
  })

  it.each([PATH, `${PATH}/`])('of a resource with a path is at the root form %s as well, and says the same', (path) => {
    const api = createResourceServer({ server: harness().server, resource: OTHER_API, metadata: true })
    const root = ask(api, new URL(path, OTHER_API).href)
    expect(root).toEqual(ask(api, `https://other.example.com${PATH}/v1`))
    expect(JSON.parse(root?.body ?? '')).toMatchObject({ resource: OTHER_API })
  })

  it('can be asked for by scripts of any origin, and only be read', () => {
    const api = foreignIssuer([]).api({ metadata: true })
    const url = `${API}${PATH}`
    expect(ask(api, url, 'HEAD')).toMatchObject({ status: 200, body: '' })
    const asks = { 'access-control-request-headers': 'mcp-protocol-version, a b' }
    const preflight = api.handle(fromRequest(new Request(url, { method: 'OPTIONS', headers: asks })))
    expect(preflight?.status).toBe(204)
    expect(Object.fromEntries(preflight?.headers ?? [])).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'authorization, mcp-protocol-version',
    })
    expect(Object.fromEntries(preflight?.headers ?? [])).not.toHaveProperty('access-control-allow-credentials')
    expect(ask(api, url, 'POST')).toMatchObject({ status: 405, headers: [['allow', 'GET, HEAD, OPTIONS']] })
  })
})

describe('challenges', () => {
  const url = `${API}${PATH}`

  it('of every kind point to the document', async () => {
    const api = foreignIssuer([]).api({ metadata: true })
    expect(outcome(await show(api, 'x')).challenge).toMatch(
      new RegExp(`^Bearer error="invalid_token", error_description="[^"]+", resource_metadata="${url}"$`),
    )
    const twice = new Headers()
    twice.append('authorization', 'Bearer x')
    twice.append('authorization', 'Bearer x')
    expect(outcome(await api.check(request(twice))).challenge).toContain(`resource_metadata="${url}"`)
  })

  it('do not when there is none, and no path is answered', async () => {
    for (const metadata of [undefined, false]) {
      const api = foreignIssuer([]).api({ metadata })
      expect(outcome(await api.check(request({}))).challenge).toBe('Bearer realm="api"')
      expect(ask(api, url)).toBeNull()
    }
  })

  it('keep what a route needs inside its quotes', async () => {
    const h = harness()
    const api = createResourceServer({ server: h.server })
    const { access_token } = (await h.token({ grant_type: 'client_credentials' }, 'machine')).body
    const { challenge } = outcome(await show(api, access_token, { acr: 'a"b\\c' }))
    expect(challenge).toContain('acr_values="a\\"b\\\\c"')
  })
})

it('a resource that is no URL has no place for a document', () => {
  expect(() => foreignIssuer([]).api({ resource: 'urn:example:api', metadata: true })).toThrow(
    new TypeError("metadata needs a resource that is an https URL, and 'urn:example:api' is not. Leave metadata out."),
  )
  expect(foreignIssuer([]).api({ resource: 'urn:example:api' }).resource).toBe('urn:example:api')
})
