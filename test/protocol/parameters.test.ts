import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  collectParameters,
  MAX_PARAMETERS,
  MAX_VALUE_LENGTH,
  parametersFromForm,
  parseParameters,
} from '../../src/protocol/parameters.js'

describe('parseParameters', () => {
  it('decodes plus signs and percent escapes in names and values', () => {
    expect(parseParameters('a%62=x+y%2B%C3%A9').get('ab')).toBe('x y+é')
  })

  it('keeps everything behind the first equals sign as the value', () => {
    expect(parseParameters('state=a=b==').get('state')).toBe('a=b==')
  })

  it('treats an empty value as an absent parameter (RFC 6749 §3.1)', () => {
    const parameters = parseParameters('scope=&state')
    expect([parameters.get('scope'), parameters.get('state'), parameters.problems.size]).toEqual([
      undefined,
      undefined,
      0,
    ])
  })

  it('refuses a repeated parameter and gives none of its values', () => {
    const parameters = parseParameters('scope=a&scope=b&state=s')
    expect(parameters.problems.get('scope')).toBe('repeated')
    expect(parameters.get('scope')).toBeUndefined()
    expect(parameters.get('state')).toBe('s')
  })

  it('counts an empty value as one of two', () => {
    expect(parseParameters('scope=&scope=b').problems.get('scope')).toBe('repeated')
  })

  it('sees that a parameter repeats under another spelling', () => {
    expect(parseParameters('scope=a&sc%6fpe=b').problems.get('scope')).toBe('repeated')
  })

  it('lets resource repeat, in order and without empty ones (RFC 8707 §2)', () => {
    const parameters = parseParameters('resource=https://b&resource=&resource=https://a')
    expect(parameters.resources).toEqual(['https://b', 'https://a'])
    expect(parameters.problems.size).toBe(0)
  })

  it('counts the same resource once, however often it comes', () => {
    const parameters = parseParameters('resource=https://b&resource=https://a&resource=https%3A//b&resource=https://b/')
    expect(parameters.resources).toEqual(['https://b', 'https://a', 'https://b/'])
    expect(parameters.problems.size).toBe(0)
  })

  it.each(['%', '%4', '%zz', '%ff', '%c3%28', '%ed%a0%80'])(
    'reports the broken escape %s instead of guessing',
    (broken) => {
      expect(parseParameters(`a=1&b=${broken}`).problems.get('')).toBe('malformed')
    },
  )

  it.each(['%00', '%0A', '%0d', '%1f', '%7F'])('refuses a value with the control character %s', (escaped) => {
    const parameters = parseParameters(`state=a${escaped}b`)
    expect(parameters.problems.get('state')).toBe('control_characters')
    expect(parameters.get('state')).toBeUndefined()
  })

  it('takes a value of the greatest length and refuses one that is longer', () => {
    expect(parseParameters(`a=${'x'.repeat(MAX_VALUE_LENGTH)}`).problems.size).toBe(0)
    expect(parseParameters(`a=${'x'.repeat(MAX_VALUE_LENGTH + 1)}`).problems.get('a')).toBe('too_long')
  })

  it('takes the greatest number of parameters and refuses one more', () => {
    const text = (count: number) => Array.from({ length: count }, (_, i) => `p${i}=1`).join('&')
    expect(parseParameters(text(MAX_PARAMETERS)).problems.size).toBe(0)
    expect(parseParameters(text(MAX_PARAMETERS + 1)).problems.get('')).toBe('too_many')
  })

  it('does not confuse names with what objects inherit', () => {
    const parameters = parseParameters('__proto__=1&constructor=2')
    expect([parameters.get('__proto__'), parameters.get('constructor'), parameters.get('toString')]).toEqual([
      '1',
      '2',
      undefined,
    ])
  })

  it('reads back what a form encoder wrote, whatever the names and values', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text))
    const pairs = fc.uniqueArray(fc.tuple(value, value), { selector: ([name]) => name, maxLength: 20 })
    fc.assert(
      fc.property(pairs, (written) => {
        const parameters = parseParameters(new URLSearchParams(written).toString())
        expect(parameters.problems.size).toBe(0)
        for (const [name, text] of written) {
          expect(name === 'resource' ? parameters.resources[0] : parameters.get(name)).toBe(text)
        }
      }),
    )
  })

  it('never throws, and never gives a value of a parameter that has a problem', () => {
    const noise = fc
      .array(fc.constantFrom('a', 'b', '=', '&', '%', '+', '4', '1', '\0', 'é', '\ud800'))
      .map((all) => all.join(''))
    fc.assert(
      fc.property(noise, (text) => {
        const parameters = parseParameters(text)
        for (const name of parameters.problems.keys()) expect(parameters.get(name)).toBeUndefined()
      }),
    )
  })
})

describe('parametersFromForm', () => {
  it('sees an array of strings as a repeated parameter', () => {
    expect(parametersFromForm({ scope: ['a', 'b'] }).problems.get('scope')).toBe('repeated')
  })

  it('takes an array of one as the one value', () => {
    expect(parametersFromForm({ scope: ['a'] }).get('scope')).toBe('a')
  })

  it.each([[1], [{ a: 'b' }], [null], [['a', 1]], [[['a']]], [true]])('refuses the value %j as malformed', (value) => {
    const parameters = parametersFromForm({ code: value })
    expect(parameters.problems.get('')).toBe('malformed')
    expect(parameters.get('code')).toBeUndefined()
  })
})

describe('collectParameters', () => {
  it('agrees with the text form of the same pairs', () => {
    const pairs = [
      ['a', '1'],
      ['resource', 'r:1'],
      ['a', '2'],
      ['b', ''],
    ] as const
    const [direct, parsed] = [collectParameters(pairs), parseParameters('a=1&resource=r:1&a=2&b=')]
    expect([...direct.problems]).toEqual([...parsed.problems])
    expect(direct.resources).toEqual(parsed.resources)
  })
})
