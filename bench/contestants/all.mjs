/**
 * Who takes part, and in which works. A contestant's own file is loaded in the process of its server alone.
 *
 * @module
 */
import { works } from '../works/all.mjs'

const everything = works.map(({ name }) => name)
const without = (...names) => everything.filter((name) => !names.includes(name))

/** @type {{ name: string, isPeer?: true, works: string[] }[]} */
export const contestants = [
  { name: 'floor', works: everything },
  { name: 'grantwright', works: everything },
  // It refuses to introspect its own JWTs.
  { name: 'oidc-provider', isPeer: true, works: without('introspection-jwt') },
]
