/**
 * What JSON can say. Pure.
 *
 * @module
 */

/** A value that is the same after it was stored as JSON: no `undefined`, no dates, no functions. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Whether it is such a value. What is not would be stored as something else, mostly as an empty object. */
export function isJson(value: unknown, depth = 0): value is Json {
  if (depth > 100) return false
  if (typeof value === 'number') return Number.isFinite(value)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return Array.from(value).every((one) => isJson(one, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  return (
    (prototype === Object.prototype || prototype === null) &&
    Object.values(value).every((one) => isJson(one, depth + 1))
  )
}

/** Most bytes of a JSON document that this library takes from a server, and so of those that it makes for others. */
export const MAX_JSON_BYTES = 65_536
