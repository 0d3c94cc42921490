/**
 * What a guard found in an access token, kept with the request or context that it let through.
 *
 * It is beside everything that frameworks and libraries write and read: `req.auth` and `c.var.auth` belong to the MCP SDK's
 * transports, to express-oauth2-jwt-bearer and others, each with a type of its own.
 *
 * @module
 */
import type { Access } from '../src/resource/access.js'

/**
 * A symbol of the whole process, so that two copies of this package understand each other; and a property, because it is found through
 * what a framework makes of a request: a proxy of it, or an object that inherits from it.
 */
const kept = Symbol.for('grantwright.access')

export function keepAccess(holder: object, access: Access): void {
  // Neither a copy of the request nor a log of it gets to see it. The guard that came last has the word.
  Object.defineProperty(holder, kept, { value: access, configurable: true })
}

/** @throws {Error} when no guard has let `holder` through. `example` is how a route of this framework is guarded. */
export function keptAccess(holder: object, name: string, example: string): Access {
  const access = (holder as { readonly [kept]?: Access } | null | undefined)?.[kept]
  if (access) return access
  throw new Error(
    `accessOf: no requireAccessToken has let this ${name} through. Put it in front of the handler, as in ${example}, ` +
      `and hand over the ${name} that it was given.`,
  )
}
