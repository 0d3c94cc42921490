import { describe, expect, it, vi } from 'vitest'
import { eachOf, nextTurn, together } from '../../src/runtime/turn.js'

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

describe('what goes on together', () => {
  it('waits for all that arrive in the same turn, and then goes on step by step beside each other', async () => {
    const steps: string[] = []
    const goOn = async (name: string) => {
      steps.push(`${name} waits`)
      steps.push(`${name} has ${await together(name)}`)
      await Promise.resolve()
      steps.push(`${name} is done`)
    }
    const first = goOn('a')
    await Promise.resolve()
    const second = goOn('b')
    // Nothing of the promises' own ends the turn.
    for (let i = 0; i < 10; i++) await Promise.resolve()
    expect(steps).toEqual(['a waits', 'b waits'])
    await Promise.all([first, second])
    expect(steps.slice(2)).toEqual(['a has a', 'b has b', 'a is done', 'b is done'])
  })

  it('waits no longer than until the next turn, whoever comes then', async () => {
    const order: string[] = []
    const first = together('first').then((name) => {
      order.push(name)
      return together('third').then((later) => order.push(later))
    })
    const second = nextTurn().then(() => order.push('a turn'))
    await Promise.all([first, second])
    expect(order).toEqual(['first', 'a turn', 'third'])
  })

  it.each([
    ['there are no turns', { setImmediate: undefined }],
    ['what a request waits for may end with another', { navigator: { userAgent: 'Cloudflare-Workers' } }],
  ])('waits for nothing where %s', async (_, globals) => {
    vi.resetModules()
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    const worker = await import('../../src/runtime/turn.js')
    let isThere = false
    worker.together(1).then(() => {
      isThere = true
    })
    await Promise.resolve()
    expect(isThere).toBe(true)
    vi.unstubAllGlobals()
  })
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
