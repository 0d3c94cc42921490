/**
 * What has been presented to this process and has no answer yet.
 *
 * @module
 */

export interface UnderWay {
  /** Whether the same is under way already. Each call needs its {@link leave}. */
  enter(presented: string): boolean
  leave(presented: string): void
}

export function underWay(): UnderWay {
  const counts = new Map<string, number>()
  return {
    enter(presented) {
      const others = counts.get(presented) ?? 0
      counts.set(presented, others + 1)
      return others > 0
    },
    leave(presented) {
      const others = (counts.get(presented) ?? 0) - 1
      if (others > 0) counts.set(presented, others)
      else counts.delete(presented)
    },
  }
}
