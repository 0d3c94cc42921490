/**
 * Who takes part, in which works, and what is unfair. A contestant's own file is loaded in the process of its server alone.
 *
 * @module
 */
import { works } from '../works/all.mjs'

const everything = works.map(({ name }) => name)
const without = (...names) => everything.filter((name) => !names.includes(name))
const withCode = (form) => [`client-credentials-${form}`, `code-${form}`, `refresh-${form}`]

/**
 * @typedef {{ name: string, works: string[], packages: string[], unfair: string }} Contestant `packages` whose versions are said, none of the floor and of
 *   grantwright; `unfair` to whom, as sentences of the page
 */

/** @type {Contestant[]} */
export const contestants = [
  {
    name: 'floor',
    packages: [],
    works: everything,
    unfair:
      'No authorization server: a bare listener that reads, parses, hashes, swaps once in a `Map` and writes. It signs and verifies by `node:crypto` in place; servers that sign on the thread pool pay for the way there and have the main thread free meanwhile.',
  },
  {
    name: 'grantwright',
    packages: [],
    works: everything,
    unfair:
      'In its favour: its authors wrote the benchmark, and looked at its figures while they made it faster. It answers together what arrives together, which is worth nothing with one connection and a third to a half of the cost with 16; neither the floor nor the others do so. To it: after a login it sends a page of 9 KB that goes on by itself, where the floor redirects.',
  },
  {
    name: 'oidc-provider',
    packages: ['oidc-provider'],
    works: without('introspection-jwt', 'verify-jwt', 'document-jwt', 'password-login'),
    unfair:
      'To it: it does more with each request (claims, interactions, many extensions), warns that it wants Node 22, and its documentation has the memory adapter for tests alone; here that is over a `Map`, because its own store forgets everything beyond a thousand records. In its favour: nothing of it ever expires there. It refuses to introspect its own JWTs.',
  },
  {
    name: 'node-oauth',
    packages: ['@node-oauth/oauth2-server', 'jose'],
    works: [...withCode('jwt'), ...withCode('opaque'), 'authorize-jwt'],
    unfair:
      'In its favour, by much: it is the protocol alone, and the app brings the model. The model here is that of its documentation over `Map`s: tokens are stored readable and nothing is hashed but the secret of the client, a replay ends nothing, and a session is a look into a `Map`. JWTs are signed by `jose`. There is no introspection, no metadata and no JWKS.',
  },
  {
    name: 'jmondi',
    packages: ['@jmondi/oauth2-server', 'jsonwebtoken'],
    works: [...withCode('jwt'), 'introspection-jwt', 'authorize-jwt'],
    unfair:
      'In its favour, by much, as with the one above: the app brings the repositories, here `Map`s with readable tokens. Codes and refresh tokens are opaque, which is an option; its signed ones would cost a signature more. Its access tokens are always JWTs, here signed with ES256 by a service of one’s own, as its documentation has it, with `typ` `JWT`.',
  },
  {
    name: 'better-auth',
    packages: ['better-auth', '@better-auth/oauth-provider'],
    works: without('verify-jwt', 'id-token', 'private-key-jwt', 'document-jwt', 'password-login'),
    unfair:
      'To it: it is a whole authentication framework with a database in mind, and every request goes through its hooks. In its favour: its memory adapter, which looks through all rows, is replaced by a store with indexes, its limits on requests are off, and its caches of clients and resources are on. Its refresh tokens need the scope `offline_access` beside the two.',
  },
  {
    name: 'openauth',
    packages: ['@openauthjs/openauth'],
    works: [...withCode('jwt'), 'discovery', 'jwks'],
    unfair:
      'In its favour: it knows neither secrets of clients (but for client credentials) nor scope, its answers lack `token_type` and `cache-control: no-store`, and its JWTs `jti`, `iat` and the `typ` of access tokens. To it: it logs every request, as it comes; it gives a machine a refresh token, too; and it is made for `fetch`, so a bridge to `node:http` is counted. Its authorization endpoint keeps no session and no consent, so there is nothing to compare.',
  },
  {
    name: 'workers',
    packages: ['@cloudflare/workers-oauth-provider'],
    works: ['code-opaque', 'refresh-opaque', 'discovery'],
    unfair:
      'To it, by much: it is made for another runtime, workerd, and for Cloudflare’s KV. Here it runs under Node with a `Map` for its KV and a bridge to `node:http`, and encrypts with each token what the app keeps with a grant. It has no client credentials and no introspection endpoint.',
  },
  {
    name: 'jose',
    packages: ['jose'],
    works: ['verify-jwt'],
    unfair: 'In its favour: `jwtVerify` alone, without the scope, the answers of RFC 6750 and a watch on the issuer.',
  },
  {
    name: 'jwt-bearer',
    packages: ['express-oauth2-jwt-bearer', 'express'],
    works: ['verify-jwt'],
    unfair: 'To it: it cannot be without Express, which costs more than the token.',
  },
]
