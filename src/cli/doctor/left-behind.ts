/**
 * What doctor has registered and could not remove.
 *
 * @module
 */
import type { Report } from './examine.js'

/** Ids of clients, by why they are still there. */
export function leftBehind({ removals }: Report): readonly { readonly why: string; readonly ids: readonly string[] }[] {
  const left = new Map<string, Set<string>>()
  for (const removal of removals) {
    if (removal.state !== 'left') continue
    left.set(removal.why, (left.get(removal.why) ?? new Set()).add(removal.client_id))
  }
  return [...left].map(([why, ids]) => ({ why, ids: [...ids] }))
}
