import { describe, expect, it } from 'vitest'
import { cookieJar } from '../../src/edge/cookies.js'
import type { HttpRequest } from '../../src/edge/message.js'

const jar = cookieJar('https://auth.example.com', 'session')
const name = jar.write('')[1].split('=', 1)[0] ?? ''

const read = (...lines: string[]) => jar.read({ headerValues: () => lines } as Partial<HttpRequest> as HttpRequest)

describe('reading a cookie', () => {
  it('finds it among others, whatever spaces and tabs stand around names and values', () => {
    expect(read(`${name}=one`)).toBe('one')
    expect(read(`a=b;${name}=one;c=d`)).toBe('one')
    expect(read(`a=b; \t ${name}\t = \t one \t ; c=d`)).toBe('one')
    expect(read('a=b', `${name}=one`)).toBe('one')
    expect(read(`${name}=a=b`)).toBe('a=b')
  })

  // Browsers give these names no prefix rule, so any subdomain may set them for the whole domain.
  const noSpaces = [
    ...['\u00a0', '\ufeff', '\u2000', '\u2028', '\u3000', '\u1680', '\u202f', '\u205f'],
    ...['\v', '\f', '\r', '\n', '\0', '\u0085', '\u00ad', 'Â\u00a0', '"'],
  ]
  it.each(noSpaces.map((byte) => [JSON.stringify(byte), byte]))(
    'takes %s beside a name for a part of it',
    (_, byte) => {
      expect(read(`${byte}${name}=planted`)).toBeNull()
      expect(read(`${name}${byte}=planted`)).toBeNull()
      expect(read(` ${byte} ${name}=planted`)).toBeNull()
      expect(read(`${byte}${name}=planted; ${name}=own`)).toBe('own')
      expect(read(`${name}=own${byte}`)).toBe(`own${byte}`)
    },
  )

  it('compares names byte by byte, capitals included', () => {
    expect(read(`${name.toUpperCase()}=planted`)).toBeNull()
    expect(read(`${name.replace('__Host-', '__host-')}=planted`)).toBeNull()
    expect(read(`${name.replace('s', '\u017f')}=planted`)).toBeNull()
  })

  it('counts a name that occurs twice as absent, in one line or in two, with the same value or another', () => {
    expect(read(`${name}=one; ${name}=two`)).toBeNull()
    expect(read(`${name}=one; ${name}=one`)).toBeNull()
    expect(read(`${name}=one`, `${name}=two`)).toBeNull()
    expect(read(`${name}=one; ${name}=`)).toBeNull()
  })

  it('does not take a cookie without a name, or without a value, for one', () => {
    expect(read(`=${name}=planted`)).toBeNull()
    expect(read(name)).toBeNull()
    expect(read()).toBeNull()
  })
})
