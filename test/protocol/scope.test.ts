import { expect, it } from 'vitest'
import { isScopeName, isWithin, narrow, parseScope } from '../../src/protocol/scope.js'

it.each(['write read', ' write  read', 'write read   '])('splits %j at spaces and keeps the order', (text) => {
  expect(parseScope(text)).toEqual(['write', 'read'])
})

it.each(['', ' ', '   '])('finds no name in %j', (text) => {
  expect(parseScope(text)).toEqual([])
})

it('folds a name that comes twice', () => {
  expect(parseScope('a b a')).toEqual(['a', 'b'])
})

it('compares names with regard to case (RFC 6749 §3.3)', () => {
  expect(parseScope('a A')).toEqual(['a', 'A'])
})

it.each(['\t', 'a\tb', 'a\nb', 'a"', 'a\\', 'é', 'a\u007f', 'a\u00a0b'])('refuses %j as a scope', (text) => {
  expect(parseScope(text)).toBeNull()
})

it('accepts each character of RFC 6749 §3.3 in a name, and no other of Latin-1', () => {
  const accepted = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).filter(isScopeName)
  expect(accepted.length).toBe(0x7e - 0x21 + 1 - 2)
  expect(accepted).not.toContain('"')
  expect(accepted).not.toContain('\\')
})

it('says whether a scope lies within another', () => {
  expect(isWithin(['a', 'b'], ['b', 'c', 'a'])).toBe(true)
  expect(isWithin(['a', 'd'], ['a', 'b'])).toBe(false)
  expect(isWithin([], [])).toBe(true)
})

it('narrows to what both have, in the order of the first', () => {
  expect(narrow(['c', 'x', 'a'], ['a', 'b', 'c'])).toEqual(['c', 'a'])
})
