import { describe, expect, it, vi } from 'vitest'
import { eachOf, nextTurn } from '../../src/runtime/turn.js'

it('a turn is one of the event loop, not of the promises', async () => {
  let turns = 0
  const other = setImmediate(() => turns++)
  await Promise.resolve()
  expect(turns).toBe(0)
  await nextTurn()
  expect(turns).toBe(1)
  clearImmediate(other)
})

it('a turn is none of setImmediate in the Edge runtime of Next.js, where that throws', async () => {
  vi.resetModules()
  vi.stubGlobal('EdgeRuntime', 'edge-runtime')
  vi.stubGlobal('setImmediate', () => expect.unreachable())
  const edge = await import('../../src/runtime/turn.js')
  await edge.nextTurn()
  vi.unstubAllGlobals()
})

describe('work on each of many', () => {
  it('is done for every item, for at most so many at once', async () => {
    let under = 0
    let most = 0
    const done: number[] = []
    await eachOf(
      new Set([1, 2, 3, 4, 5, 6, 7]),
      async (item) => {
        most = Math.max(most, ++under)
        await nextTurn()
        under--
        done.push(item)
      },
      3,
    )
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(most).toBe(3)
  })

  it('rejects with the first failure, and begins nothing after it', async () => {
    const begun: number[] = []
    const work = eachOf(
      [1, 2, 3, 4, 5, 6],
      async (item) => {
        begun.push(item)
        await nextTurn()
        if (item === 2) throw new Error('no')
      },
      2,
    )
    await expect(work).rejects.toThrow('no')
    await nextTurn()
    await nextTurn()
    expect(begun.length).toBeLessThan(5)
  })

  it('of none is done at once', async () => {
    await eachOf([], () => Promise.reject(new Error('never')))
  })
})
