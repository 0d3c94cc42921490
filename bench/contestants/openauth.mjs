/**
 * `@openauthjs/openauth` with its memory storage. It knows neither secrets of clients nor scope, and its tokens are for the client. Its authorization endpoint
 * keeps no session and remembers no consent, so there is nothing to compare.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { issuer } from '@openauthjs/openauth'
import { MemoryStorage } from '@openauthjs/openauth/storage/memory'
import { Storage } from '@openauthjs/openauth/storage/storage'
import { createSubjects } from '@openauthjs/openauth/subject'
import { given, pkcePair } from '../given.mjs'
import { nodeListenerOf } from './fetch.mjs'
import { listen } from './listen.mjs'
import { all, materialFrom } from './material.mjs'

const { client, lifetimes } = given
const jwks = '/.well-known/jwks.json'
const paths = { token: '/token', authorize: '/authorize', jwks, discovery: '/.well-known/oauth-authorization-server' }

/** Takes what standard-schema calls a schema. */
const anything = { '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) } }

let users = 0

/** What its authorization endpoint stores: to get there, each would have to go through a login. */
const codes = (n, { storage }) =>
  all(n, async () => {
    const subject = `user-${users++}`
    const { verifier, challenge } = pkcePair()
    const code = randomUUID()
    const stored = {
      type: 'user',
      properties: { id: subject },
      subject,
      redirectURI: client.redirectUri,
      clientID: client.id,
      pkce: { challenge, method: 'S256' },
      ttl: { access: lifetimes.access, refresh: lifetimes.refresh },
    }
    await Storage.set(storage, ['oauth:code', code], stored, lifetimes.code)
    return { code, verifier, subject }
  })

const material = materialFrom(codes)

/** @param {keyof typeof material} [what] @param {Record<string, string>} [extra] */
const work =
  (what, extra = { client_id: client.id }) =>
  async () => {
    const storage = MemoryStorage()
    const place = await listen((origin) => {
      const app = issuer({
        storage,
        subjects: createSubjects({ user: anything }),
        providers: {
          machine: {
            type: 'machine',
            init() {},
            client: async ({ clientID, clientSecret }) => {
              if (clientID !== client.id || clientSecret !== client.secret) throw new Error('Not the client')
              return { id: clientID }
            },
          },
        },
        ttl: { access: lifetimes.access, refresh: lifetimes.refresh },
        success: (ctx, { id }) => ctx.subject('user', { id }),
      })
      return nodeListenerOf((request) => app.fetch(request), origin)
    })
    const target = {
      ...place,
      paths,
      extra,
      claims: { aud: client.id },
      refreshToo: true,
      lacks: ['no-store', 'token_type', 'expires_in', 'iat', 'jti', 'typ'],
    }
    return { ...target, prepare: (n) => what && material[what](n, { ...target, storage }) }
  }

export const contestant = {
  works: {
    'client-credentials-jwt': work(undefined, {
      provider: 'machine',
      client_id: client.id,
      client_secret: client.secret,
    }),
    'code-jwt': work('codes'),
    'refresh-jwt': work('refreshTokens'),
    discovery: work(),
    jwks: work(),
  },
}
