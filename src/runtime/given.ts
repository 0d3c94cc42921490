/**
 * How messages repeat what was given. Pure.
 *
 * @module
 */

/**
 * A value as messages repeat it, in 60 characters: what was written, where it is short and plain, else what it is. What stands before an `@`
 * in a URL is a password. Not for secrets.
 */
export function given(value: unknown): string {
  if (typeof value === 'string') {
    const text = value.replace(/\/\/[^/?#]*@/g, '//…@')
    return `'${JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text).slice(1, -1)}'`
  }
  if (value instanceof URL) return `the object URL(${given(value.href)})`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Promise) return 'a promise'
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object'
}
