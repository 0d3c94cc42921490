/**
 * The app of the adapter suite around `auth.fetch`, without a framework.
 *
 * @module
 */
import { requireAccessToken } from 'grantwright/next'
import { adapterTestServer } from 'grantwright/testing/adapter'

const auth = adapterTestServer(process.env.ISSUER ?? '')

const routes: { readonly [route: string]: (request: Request) => Response | Promise<Response> } = {
  'GET /hello': () => new Response('hello'),
  'GET /api/notes': guarded('notes:read'),
  'POST /api/notes': guarded('notes:write'),
}

function guarded(scope: string) {
  const handler = requireAccessToken(auth, { scope }, (_request, { auth: access }) => Response.json(access))
  return (request: Request) => handler(request, { params: Promise.resolve({}) })
}

export default {
  fetch(request: Request): Response | Promise<Response> {
    const route = routes[`${request.method} ${new URL(request.url).pathname}`]
    return route ? route(request) : auth.fetch(request)
  },
}
