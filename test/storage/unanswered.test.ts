import { afterEach, expect, it, vi } from 'vitest'
import { sayWhenUnanswered } from '../../src/storage/unanswered.js'

afterEach(() => void vi.restoreAllMocks())

/** Timers that run when they are told to. */
function timers() {
  const begun: { readonly act: () => void; readonly milliseconds: number; isStopped: boolean }[] = []
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const asked = sayWhenUnanswered('advice', (milliseconds, act) => {
    const timer = { act, milliseconds, isStopped: false }
    begun.push(timer)
    return () => {
      timer.isStopped = true
    }
  })
  return { begun, warn, asked }
}

it('an answer that does not come within 15 seconds is said once, however many do not come', () => {
  const { begun, warn, asked } = timers()
  asked()
  asked()
  expect(begun.map(({ milliseconds }) => milliseconds)).toEqual([15_000, 15_000])
  expect(warn).not.toHaveBeenCalled()
  for (const { act } of begun) act()
  expect(warn.mock.calls).toEqual([['grantwright: advice']])
  asked()
  expect(begun).toHaveLength(2)
})

it('an answer that comes is not waited for any longer', () => {
  const { begun, asked } = timers()
  const answered = asked()
  expect(begun[0]?.isStopped).toBe(false)
  answered()
  expect(begun[0]?.isStopped).toBe(true)
})
