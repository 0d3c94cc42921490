/**
 * The authorization server of the adapter suite: everything in memory, one user who is logged in by one cookie.
 *
 * @module
 */
import { type AuthorizationServer, createAuthorizationServer } from '../../src/server.js'
import { memoryStorage } from '../../src/storage/memory.js'
import type { UserAuthentication } from '../../src/users/contract.js'

export const redirectUri = 'https://client.example/callback'

/** A confidential client that may have both scopes. */
export const web = { client_id: 'web:1', client_secret: 'the secret of web: 32 characters' } as const
/** The API's own client: it may introspect. */
export const api = { client_id: 'api', client_secret: 'the secret of the api, which serves' } as const
/** A client that sends its secret in the form, full of what a form has to encode. */
export const poster = { client_id: 'poster', client_secret: 'a+b c&d=e%41?;:/@ and 32 characters' } as const
/** A public client. */
export const spa = { client_id: 'spa' } as const

export const resourceOf = (issuer: string): string => `${issuer}/api`

/**
 * The server that {@link adapterSuite} expects behind an adapter. Every call makes a new one, which has nothing in common with
 * others but the name.
 */
export function adapterTestServer(issuer: string): AuthorizationServer {
  const resource = resourceOf(issuer)
  const grant_types = ['authorization_code', 'refresh_token'] as const
  const redirect_uris = [redirectUri]
  return createAuthorizationServer({
    issuer,
    storage: memoryStorage(),
    users,
    resources: { [resource]: { scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' } } },
    clients: [
      { ...web, client_name: 'Web', redirect_uris, grant_types },
      { ...spa, client_name: 'Spa', redirect_uris, grant_types, token_endpoint_auth_method: 'none' },
      { ...poster, grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post' },
      { ...api, grant_types: ['client_credentials'], serves: [resource] },
    ],
  })
}

/** Cookies of a login, sent together with the server's own: three lines, and a comma in one of them. */
export const loginCookies = ['suite_login=ada', 'suite_seen=1'] as const

const users: UserAuthentication = {
  async current({ request }) {
    const cookies = request.headerValues('cookie').join('; ').split('; ')
    return cookies.includes(loginCookies[0]) ? { subject: 'ada', sessionId: 'session-of-ada' } : null
  },
  async challenge(_, { returnTo }) {
    const headers = [
      ['location', returnTo],
      ['set-cookie', `${loginCookies[0]}; Path=/; HttpOnly`],
      ['set-cookie', `${loginCookies[1]}; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT`],
    ] as const
    return { status: 303, headers, body: '' }
  },
}
