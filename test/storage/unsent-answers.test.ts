import { beforeEach, describe, expect, it } from 'vitest'
import { type UnsentAnswers, unsentAnswers } from '../../src/storage/unsent-answers.js'

type Answer = Parameters<UnsentAnswers['begin']>[2]

let now = 0
let unsent: UnsentAnswers
const answer = () => ({ ok: true, answer: {}, prepared: null, moved: true }) as unknown as Answer
const asked = (request: string) => () => request
function keep(version: string, request = 'request', made = answer()) {
  unsent.begin(version, asked(request), made)
  unsent.keep(version)
  return made
}

beforeEach(() => {
  now = 1_000_000
  unsent = unsentAnswers(() => now)
})

describe('an answer that could not be sent', () => {
  it('is given to the same request, when the version is the one that was written; once', () => {
    const made = keep('v1')
    expect(unsent.take('v1', asked('request'))).toBe(made)
    expect(unsent.take('v1', asked('request'))).toBeNull()
  })

  it('is not given to another request, nor for another version, and stays', () => {
    keep('v1')
    expect(unsent.take('v1', asked('another'))).toBeNull()
    expect(unsent.take('v2', asked('request'))).toBeNull()
    expect(unsent.take('v1', asked('request'))).not.toBeNull()
  })

  it('does not cost a request a digest unless its version is kept', () => {
    const never = () => expect.fail('asked')
    expect(unsent.take('v1', never)).toBeNull()
    unsent.begin('v1', never, answer())
    unsent.keep('v1')
    expect(unsent.take('v2', never)).toBeNull()
  })

  it('is kept for a minute, and not for longer by a clock that was ahead', () => {
    keep('v1')
    now += 59_999
    keep('v2')
    now += 1
    expect(unsent.take('v1', asked('request'))).toBeNull()
    now -= 3_600_000
    expect(unsent.take('v2', asked('request'))).toBeNull()
  })

  it('makes room for newer ones when there are a thousand', () => {
    for (let i = 0; i < 1001; i++) keep(`v${i}`)
    expect(unsent.take('v0', asked('request'))).toBeNull()
    expect(unsent.take('v1', asked('request'))).not.toBeNull()
    expect(unsent.take('v1000', asked('request'))).not.toBeNull()
  })

  it('of one request may wait beside another of it: whichever swap was carried out decides', () => {
    keep('v1')
    const second = keep('v2')
    expect(unsent.take('v2', asked('request'))).toBe(second)
  })
})

describe('an answer whose swap is under way', () => {
  it('is given by the request that made it, and to nobody afterwards', () => {
    unsent.begin('v1', asked('request'), answer())
    expect(unsent.end('v1')).toBe(true)
    expect(unsent.take('v1', asked('request'))).toBeNull()
    unsent.keep('v1')
    expect(unsent.take('v1', asked('request'))).toBeNull()
  })

  it('is given to who presents the same meanwhile, and then not by the request that made it', () => {
    const made = answer()
    unsent.begin('v1', asked('request'), made)
    expect(unsent.take('v1', asked('another'))).toBeNull()
    expect(unsent.take('v1', asked('request'))).toBe(made)
    expect(unsent.end('v1')).toBe(false)
  })

  it('makes no room for others and is not forgotten, however many there are', () => {
    for (let i = 0; i < 2000; i++) unsent.begin(`v${i}`, asked('request'), answer())
    now += 120_000
    for (let i = 0; i < 2000; i++) expect(unsent.end(`v${i}`)).toBe(true)
  })
})
