/**
 * Scope: a set of names, written as a list. Order is kept, because people read it on the consent page. Pure.
 *
 * @module
 */

/**
 * The names in a `scope` parameter, each once and in the order in which they came; null when the text is not a scope. Looser than the grammar:
 * spaces that separate nothing are nothing, so there may be no name at all, which is the same as no scope.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 §3.3}
 */
export function parseScope(text: string): readonly string[] | null {
  const names = text.split(' ').filter((name) => name !== '')
  return names.every(isScopeName) ? [...new Set(names)] : null
}

/** Whether `text` is one scope name: printable ASCII without space, `"` and `\` (RFC 6749 §3.3, `scope-token`). */
export function isScopeName(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)
}

/** Whether every name of `scope` is in `limit`. */
export function isWithin(scope: readonly string[], limit: readonly string[]): boolean {
  const allowed = new Set(limit)
  return scope.every((name) => allowed.has(name))
}

/** The names of `scope` that are in `limit`, in the order of `scope`. */
export function narrow(scope: readonly string[], limit: readonly string[]): readonly string[] {
  const allowed = new Set(limit)
  return scope.filter((name) => allowed.has(name))
}

/** The member `scope` of an answer or a token. RFC 6749 §3.3: a scope has at least one name, so none is no member. */
export const scopeMember = (scope: readonly string[]): { readonly scope?: string } =>
  scope.length === 0 ? {} : { scope: scope.join(' ') }
