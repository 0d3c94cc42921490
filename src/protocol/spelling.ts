/**
 * Finds the name that somebody meant, for error messages that say so. Pure.
 *
 * @module
 */

/** The known name that `word` is most likely a slip of (at most two edits, or another way of writing it), if any. */
export function closestName(word: string, known: readonly string[]): string | undefined {
  if (word.length > 64) return undefined
  const plain = (name: string) => name.replaceAll(/[_-]/g, '').toLowerCase()
  let best: string | undefined
  let bestDistance = 3
  for (const name of known) {
    const distance = plain(name) === plain(word) ? 0 : editDistance(word, name)
    if (distance < Math.min(bestDistance, name.length / 2)) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** How many characters must be added, removed or replaced to make `a` into `b` (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** `a, b or c`. */
export const orList = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

/** The URL that was meant where a host is written without its scheme, as in `localhost:3000`; undefined for everything else. */
export function withScheme(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const host =
    /^(localhost|\[::1\]|127\.0\.0\.1|(?:[a-z0-9-]+\.)+[a-z0-9-]+|[a-z0-9.-]+(?=:[0-9]))(?::[0-9]{1,5})?(?:[/?#]|$)/i.exec(
      text,
    )?.[1]
  if (host === undefined) return undefined
  return `${/^(?:localhost|\[|127\.)/i.test(host) ? 'http' : 'https'}://${text}`
}
