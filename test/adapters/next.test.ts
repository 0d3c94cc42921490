import { expect, expectTypeOf, it } from 'vitest'
import { requireAccessToken, routeHandlers } from '../../adapters/next.js'
import { adapterTestServer } from '../../adapters/testing.js'
import type { HttpRequest } from '../../src/edge/message.js'
import type { Access, ResourceServer } from '../../src/resource/resource-server.js'
import { createResourceServer } from '../../src/resource/resource-server.js'

const auth = adapterTestServer('http://localhost:4433')

/** Next's own request has more than a web-standard one. */
class NextLikeRequest extends Request {
  readonly nextUrl = new URL(this.url)
}

it('answers by path alone, whatever host a proxy has put into the URL', async () => {
  const { GET } = routeHandlers(auth)
  const response = await GET(new Request('https://internal:1/.well-known/oauth-authorization-server?a=b'))
  expect(await response.json()).toMatchObject({ issuer: 'http://localhost:4433' })
})

it('has a handler for each method that Next routes to it', () => {
  expect(Object.keys(routeHandlers(auth))).toEqual(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
})

it('hands the guarded handler its request, its context and what the token says', async () => {
  const guard: ResourceServer = { ...createResourceServer({ server: auth }), check: async () => ({ ok: true, access }) }
  const GET = requireAccessToken(
    guard,
    { scope: 'notes:read' },
    async (request: NextLikeRequest, { params, auth }: { params: Promise<{ id: string }>; auth: Access }) =>
      Response.json({ path: request.nextUrl.pathname, id: (await params).id, subject: auth.subject }),
  )
  const response = await GET(new NextLikeRequest('http://localhost/api/notes/7'), {
    params: Promise.resolve({ id: '7' }),
  })
  expect(await response.json()).toEqual({ path: '/api/notes/7', id: '7', subject: 'ada' })
})

it('does not run the guarded handler without a token', async () => {
  let ran = false
  const GET = requireAccessToken(auth, {}, (_, { auth }) => {
    expectTypeOf(auth).toEqualTypeOf<Access>()
    ran = true
    return new Response()
  })
  const response = await GET(new Request('http://localhost/api/notes'), { params: Promise.resolve({}) })
  expect([response.status, ran]).toEqual([401, false])
})

it('tells the server the address when it is told how to find it', async () => {
  const seen: HttpRequest[] = []
  const spied = {
    ...auth,
    handle: (request: HttpRequest) => {
      seen.push(request)
      return auth.handle(request)
    },
  }
  await routeHandlers(spied, { clientAddress: (request) => request.headers.get('x-real-ip') ?? undefined }).GET(
    new Request('http://localhost/oauth/jwks', { headers: { 'x-real-ip': '192.0.2.1' } }),
  )
  expect(seen).toMatchObject([{ address: '192.0.2.1', url: '/oauth/jwks' }])
})

const access: Access = {
  subject: 'ada',
  clientId: 'web',
  scope: ['notes:read'],
  resource: 'https://api.example',
  expiresAt: 0,
  authenticatedAt: undefined,
  claims: {},
}
