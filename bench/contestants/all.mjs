/**
 * Who takes part, and in which works. A contestant's own file is loaded in the process of its server alone.
 *
 * @module
 */
import { works } from '../works/all.mjs'

const everything = works.map(({ name }) => name)
const without = (...names) => everything.filter((name) => !names.includes(name))

const withCode = (form) => [`client-credentials-${form}`, `code-${form}`, `refresh-${form}`]

/** @type {{ name: string, isPeer?: true, works: string[] }[]} */
export const contestants = [
  { name: 'floor', works: everything },
  { name: 'grantwright', works: everything },
  // It refuses to introspect its own JWTs.
  { name: 'oidc-provider', isPeer: true, works: without('introspection-jwt', 'verify-jwt', 'document-jwt') },
  // Neither has documents; the first leaves introspection to the app, and the second knows JWTs alone.
  { name: 'node-oauth', isPeer: true, works: [...withCode('jwt'), ...withCode('opaque'), 'authorize-jwt'] },
  { name: 'jmondi', isPeer: true, works: [...withCode('jwt'), 'introspection-jwt', 'authorize-jwt'] },
  { name: 'better-auth', isPeer: true, works: without('verify-jwt', 'id-token', 'private-key-jwt', 'document-jwt') },
  { name: 'openauth', isPeer: true, works: [...withCode('jwt'), 'discovery', 'jwks'] },
  { name: 'jose', isPeer: true, works: ['verify-jwt'] },
  { name: 'jwt-bearer', isPeer: true, works: ['verify-jwt'] },
  { name: 'workers', isPeer: true, works: ['code-opaque', 'refresh-opaque', 'discovery'] },
]
