/** Sessions that the provider has ended. In memory: with several processes, or to outlast a restart, make it a table. */

/** As long as a session cookie of Auth.js lasts. */
const LIFETIME = 30 * 24 * 3600_000

// Next has its pages and its routes in bundles of their own, each with its own copy of a module: so it is kept outside.
const shared = globalThis as { endedSessions?: Map<unknown, number> }
shared.endedSessions ??= new Map()
const ended = shared.endedSessions

export function endSession(sid: string) {
  for (const [sid, until] of ended) if (until < Date.now()) ended.delete(sid)
  ended.set(sid, Date.now() + LIFETIME)
}

export const isEnded = (sid: unknown): boolean => ended.has(sid)
