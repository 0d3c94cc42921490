/**
 * How many lines of a kind the console gets: strangers decide how many requests are refused.
 *
 * @module
 */

/** Milliseconds. */
const WINDOW = 60_000
/** Lines of one kind in a window. */
const LINES = 3
/** Kinds in a window. All others share what is left for one. */
const KINDS = 100

interface Window {
  readonly since: number
  readonly line: string
  lines: number
  leftOut: number
}

export interface LineLimit {
  /** Says a line, or leaves it out and counts it. `more` is called for what follows a line that is said. `now` in epoch milliseconds. */
  say(kind: string, line: string, now: number, more?: () => string): void
  /** Says how many lines were left out in the windows that are over. */
  sweep(now: number): void
}

export function lineLimit(tell: (line: string) => void): LineLimit {
  /** The oldest first. */
  const windows = new Map<string, Window>()
  const sweep = (now: number) => {
    for (const [kind, { since, line, leftOut }] of windows) {
      if (now >= since && now < since + WINDOW) return
      windows.delete(kind)
      if (leftOut > 0) tell(`grantwright: ${leftOut} more were left out within a minute, the first being like: ${line}`)
    }
  }
  return {
    sweep,
    say(kind, line, now, more = () => '') {
      sweep(now)
      const key = windows.has(kind) || windows.size < KINDS ? kind : ''
      const window = windows.get(key) ?? { since: now, line: line.slice(0, 200), lines: 0, leftOut: 0 }
      windows.set(key, window)
      if (window.lines === LINES) window.leftOut++
      else {
        window.lines++
        tell(line + more())
      }
    },
  }
}
