/**
 * What has been presented to this process and has no answer yet.
 *
 * @module
 */

/** One presentation. */
export interface Presentation {
  /** Whether one that could spend the same had no answer yet when this one came. */
  crosses(): boolean
  /** This one can spend it: those that come before it is answered cross with it. */
  spends(): void
  /** It is answered, or failed. */
  leave(): void
}

export interface UnderWay {
  /** Each call needs its {@link Presentation.leave}. */
  enter(presented: string): Presentation
}

/** All presentations of the same, from the first until none is left. */
interface Crowd {
  present: number
  /** Of those, how many can spend it. */
  spending: number
  /** Whether there was one that can spend it. */
  isSpent: boolean
}

export function underWay(): UnderWay {
  const crowds = new Map<string, Crowd>()
  return {
    enter(presented) {
      const crowd = crowds.get(presented) ?? { present: 0, spending: 0, isSpent: false }
      crowds.set(presented, crowd)
      // Those that are there and spend nothing, however many somebody sends, must not hide that the first was answered before.
      const isInTime = crowd.present > 0 && (!crowd.isSpent || crowd.spending > 0)
      let isSpending = false
      crowd.present++
      return {
        crosses: () => isInTime && crowd.isSpent,
        spends() {
          if (isSpending) return
          isSpending = true
          crowd.isSpent = true
          crowd.spending++
        },
        leave() {
          crowd.present--
          if (isSpending) crowd.spending--
          if (crowd.present === 0) crowds.delete(presented)
        },
      }
    },
  }
}
