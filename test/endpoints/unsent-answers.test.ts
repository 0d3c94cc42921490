import { beforeEach, describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/endpoints/advance.js'
import { type UnsentAnswers, unsentAnswers } from '../../src/endpoints/unsent-answers.js'

let now = 0
let unsent: UnsentAnswers
const outcome = (grant = null) => ({ ok: false, refusal: 'expired', grant, moved: false }) as Outcome<object, unknown>
const asked = (request: string) => () => request

beforeEach(() => {
  now = 1_000_000
  unsent = unsentAnswers(() => now)
})

describe('an answer that could not be sent', () => {
  it('is given to the same request, when the version is the one that was written; once', () => {
    const made = outcome()
    unsent.keep('v1', 'request', made)
    expect(unsent.take('v1', asked('request'))).toBe(made)
    expect(unsent.take('v1', asked('request'))).toBeNull()
  })

  it('is not given to another request, nor for another version, and stays', () => {
    unsent.keep('v1', 'request', outcome())
    expect(unsent.take('v1', asked('another'))).toBeNull()
    expect(unsent.take('v2', asked('request'))).toBeNull()
    expect(unsent.take('v1', asked('request'))).not.toBeNull()
  })

  it('does not cost a request a digest unless its version is kept', () => {
    const never = () => expect.fail('asked')
    expect(unsent.take('v1', never)).toBeNull()
    unsent.keep('v1', 'request', outcome())
    expect(unsent.take('v2', never)).toBeNull()
  })

  it('is kept for a minute, and not for longer by a clock that was ahead', () => {
    unsent.keep('v1', 'request', outcome())
    now += 59_999
    unsent.keep('v2', 'request', outcome())
    now += 1
    expect(unsent.take('v1', asked('request'))).toBeNull()
    now -= 3_600_000
    expect(unsent.take('v2', asked('request'))).toBeNull()
  })

  it('makes room for newer ones when there are a thousand', () => {
    for (let i = 0; i < 1001; i++) unsent.keep(`v${i}`, 'request', outcome())
    expect(unsent.take('v0', asked('request'))).toBeNull()
    expect(unsent.take('v1', asked('request'))).not.toBeNull()
    expect(unsent.take('v1000', asked('request'))).not.toBeNull()
  })

  it('of one request may wait beside another of it: whichever swap was carried out decides', () => {
    const [first, second] = [outcome(), outcome()]
    unsent.keep('v1', 'request', first)
    unsent.keep('v2', 'request', second)
    expect(unsent.take('v2', asked('request'))).toBe(second)
  })
})
