/**
 * A provider at which people can log out, and clients that want to know of it.
 *
 * @module
 */
import type { ServerOptions } from '../../../src/construction/options.js'
import type { Login, LoginContext } from '../../../src/users/contract.js'
import { CALLBACK, type Harness, ISSUER } from '../../support/harness.js'
import { forum, provider } from './sign-in.js'

export const BYE = 'https://app.example.com/bye'
export const NEWS = 'https://app.example.com/news'

/** The client of the tests, with where it goes and is told. */
export const leaving = {
  ...forum,
  post_logout_redirect_uris: [BYE, 'https://app.example.com/bye?from=auth'],
  backchannel_logout_uri: NEWS,
}

export const other = {
  client_id: 'other',
  client_secret: 'other-secret-other-secret-other-secret',
  redirect_uris: [CALLBACK],
  post_logout_redirect_uris: ['https://other.example.com/bye'],
}

/** A form that a client was sent. */
export interface Told {
  readonly url: string
  readonly form: URLSearchParams
  readonly init: RequestInit
}

export interface Leaving {
  readonly h: Harness
  readonly told: Told[]
  /** What the clients answer. */
  answer: (url: string) => Promise<Response>
}

/** @param more options, beside logins that end. */
export function leavingProvider(more: Partial<ServerOptions> = {}): Leaving {
  const told: Told[] = []
  const users = {
    current: async (_: LoginContext): Promise<Login | null> => h.login,
    challenge: async () => ({ status: 303, headers: [['location', `${ISSUER}/app-login`] as const], body: '' }),
    claims: (subject: string, context: never) => h.claims(subject, context),
    end: async (_: LoginContext, returnTo: string) => {
      h.login = null
      return { status: 303, headers: [['location', returnTo] as const], body: '' }
    },
    endAll: async () => {
      h.login = null
    },
  }
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    told.push({ url, form: new URLSearchParams(String(init.body)), init })
    return leaver.answer(url)
  }
  const h = provider({ users, clients: [leaving, other], ...more }, { documents: { fetch } })
  const leaver: Leaving = { h, told, answer: async () => new Response(null, { status: 200 }) }
  return leaver
}

/** Path and query of a logout request. */
export const endSession = (parameters: Record<string, string> = {}): string =>
  `/oauth/end-session?${new URLSearchParams(parameters)}`
