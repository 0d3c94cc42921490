import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ServerEvent } from '../../src/index.js'
import { harness } from '../support/harness.js'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

/** The event of a failure with this cause. */
async function failure(cause: unknown): Promise<Extract<ServerEvent, { type: 'failed' }>> {
  const h = harness({
    clientClaims: () => {
      throw cause
    },
  })
  await h.token({ grant_type: 'client_credentials' }, 'machine')
  const [event] = h.events
  if (event?.type !== 'failed') throw new Error('nothing failed')
  return event
}

const asJson = async (cause: unknown) => JSON.parse(JSON.stringify(await failure(cause)))

describe('an event as JSON', () => {
  it('says of an error its name, message, stack, code and cause', async () => {
    const cause = Object.assign(new RangeError('no route'), { code: 'EHOSTUNREACH' })
    const event = await asJson(new Error('The database is away', { cause }))
    expect(event).toMatchObject({
      type: 'failed',
      endpoint: 'token',
      reference: '',
      cause: {
        name: 'Error',
        message: 'The database is away',
        stack: expect.stringContaining('event-json.test.ts'),
        cause: { name: 'RangeError', message: 'no route', code: 'EHOSTUNREACH', stack: expect.any(String) },
      },
    })
    expect(event.at).toBeTypeOf('number')
  })

  it('says each of several errors, and one of another realm', async () => {
    const event = await asJson(new AggregateError([new Error('one'), runInNewContext('new Error("two")')], 'both'))
    expect(event.cause.errors).toMatchObject([{ message: 'one' }, { message: 'two', stack: expect.any(String) }])
  })

  it('leaves what was thrown as it is in the event itself, which can be compared and cloned', async () => {
    const thrown = new TypeError('odd')
    const event = await failure(thrown)
    expect(event.cause).toBe(thrown)
    expect(Object.keys(event).sort()).toEqual(['at', 'cause', 'endpoint', 'reference', 'type'])
    expect(structuredClone(event).cause).toMatchObject({ message: 'odd' })
    expect(Object.keys(thrown)).toEqual([])
    expect(JSON.stringify(thrown)).toBe('{}')
  })

  const circular: { self?: unknown } = {}
  circular.self = circular
  const itself = new Error('itself')
  itself.cause = itself
  const deep = Array.from({ length: 50 }).reduce<Error>((cause) => new Error('deep', { cause }), new Error('end'))
  const trap = new Proxy(new Error('trap'), {
    get() {
      throw new Error('no')
    },
  })
  it.each([
    ['its own cause', itself, 'itself'],
    ['a circular cause', new Error('round', { cause: circular }), 'round'],
    ['a bigint for a cause', new Error('big', { cause: 10n }), '"cause":"10"'],
    ['a bigint in its cause', new Error('big', { cause: { size: 10n } }), '"size":"10"'],
    ['a bigint for a code', Object.assign(new Error('big'), { code: 10n }), '"code":"10"'],
    ['an endless chain', deep, 'deep'],
    ['a toJSON that throws', Object.assign(new Error('mine'), { toJSON: () => circular }), 'mine'],
    ['no properties that can be read', trap, 'unreadable'],
    ['nothing', undefined, '"type":"failed"'],
    ['a bigint', 10n, '"cause":"10"'],
    ['a symbol', Symbol('x'), 'Symbol(x)'],
    ['an error inside of an object', { inner: new Error('inner') }, '"message":"inner"'],
  ])('never throws: %s', async (_, cause, text) => {
    const said = JSON.stringify(await failure(cause))
    expect(said).toContain(text)
    expect(said.length).toBeLessThan(30_000)
  })
})
