/**
 * A server whose storage is away over a network: each verb waits for a timer, which on Cloudflare Workers ends with the request
 * that set it. `POST /later?ms=…` moves the clock.
 *
 * @module
 */
import { createAuthorizationServer, externalLogin, type Storage } from 'grantwright'
import { memoryStorage } from 'grantwright/storage/memory'

const memory = memoryStorage()
const slowly =
  <In extends unknown[], Out>(verb: (...args: In) => Promise<Out>) =>
  async (...args: In): Promise<Out> => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return verb(...args)
  }
const storage: Storage = {
  get: slowly(memory.get),
  insert: slowly(memory.insert),
  replace: slowly(memory.replace),
  remove: slowly(memory.remove),
  list: slowly(memory.list),
  purge: slowly(memory.purge),
}

let later = 0
const auth = createAuthorizationServer({
  issuer: process.env.ISSUER ?? '',
  storage,
  users: externalLogin({ current: () => null, loginUrl: '/login' }),
  resources: { 'https://api.example.com': { scopes: { read: 'Read' } } },
  clients: [
    {
      client_id: 'machine',
      client_secret: 'the secret of machine, of 32 characters',
      grant_types: ['client_credentials'],
      default_scope: 'read',
    },
  ],
  now: () => Date.now() + later,
})

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname !== '/later') return auth.fetch(request)
    later += Number(searchParams.get('ms'))
    return new Response('later')
  },
}
