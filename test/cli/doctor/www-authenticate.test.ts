import { describe, expect, it } from 'vitest'
import { bearerOf, challengesOf } from '../../../src/cli/doctor/www-authenticate.js'
import { exchange } from './world.js'

const read = (...lines: string[]) =>
  challengesOf(exchange({ status: 401, headers: lines.map((line) => ['www-authenticate', line] as const) }))

describe('challenges', () => {
  it.each([
    ['Bearer', [{ scheme: 'bearer', parameters: {} }]],
    [
      'Bearer realm="a, b", error=invalid_token',
      [{ scheme: 'bearer', parameters: { realm: 'a, b', error: 'invalid_token' } }],
    ],
    [
      'bearer Resource_Metadata = "https://x/\\"y"',
      [{ scheme: 'bearer', parameters: { resource_metadata: 'https://x/"y' } }],
    ],
    [
      'Negotiate YWJj==, Basic realm="x",Bearer scope="a b"',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'x' } },
        { scheme: 'bearer', parameters: { scope: 'a b' } },
      ],
    ],
    [
      'Basic, Bearer a=b',
      [
        { scheme: 'basic', parameters: {} },
        { scheme: 'bearer', parameters: { a: 'b' } },
      ],
    ],
    ['"odd"', []],
    ['a="b"', []],
    ['', []],
  ])('%s', (line, expected) => expect(read(line)).toEqual(expected))

  it('may come in several lines', () => {
    expect(read('Basic realm="x"', 'Bearer a=b').map(({ scheme }) => scheme)).toEqual(['basic', 'bearer'])
  })

  it('take no long time, whatever is sent', () => {
    const began = performance.now()
    for (const line of [
      `Bearer a="${'\\'.repeat(50_000)}`,
      `${'a '.repeat(50_000)}`,
      `${'a=b '.repeat(20_000)}`,
      ' '.repeat(50_000),
    ])
      read(line)
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('of the scheme Bearer is what clients read', () => {
    const sent = exchange({ headers: [['www-authenticate', 'Basic realm="x", Bearer scope=a']] })
    expect(bearerOf(sent)?.parameters).toEqual({ scope: 'a' })
  })
})
