import { describe, expect, it } from 'vitest'
import { foldName, MAX_USERNAME_LENGTH } from '../../src/users/fold-name.js'

describe('one name', () => {
  it.each([
    ['ada', 'ADA', 'Ada', ' ada ', '\u3000ada\u00a0', 'ádà', 'a\u0301da', 'ａｄａ', 'ⓐⓓⓐ', '🅐🅳ꟁ', 'ªdª'],
    [
      'ada',
      'a\u200bda',
      'ad\u00ada',
      'ada\ufeff',
      'a\u034fd\u2060a',
      'ada\u0001',
      'ada\u009f',
      'a\u{e0061}da',
      'aـda',
      'a\ufc5eda\ufe70',
    ],
    ['strasse', 'straße', 'STRAẞE', 'ſtraſſe', 'ſtraẞe'],
    ['iii', 'ıİI', 'ⅲ', 'Ⅲ', 'íìî'],
    ['soren', 'Søren', 'SØREN', 'so\u0338ren', 'sǿren'],
    ['lodz', 'Łódź', 'ŁÓDŹ', 'ŀodz'],
    ['dord', 'đorð', 'ÐORĐ'],
    ['aeoe', 'æœ', 'ÆŒ', 'ǽœ', '\u1dd4œ'],
    ['thhnt', 'þħŋŧ', 'ÞĦŊŦ'],
    ['ffi', 'ﬃ', 'FFI'],
    ['οδος', 'ΟΔΟΣ', 'οδοσ', 'ὀδός'],
    ['ada1985', 'ada١٩٨٥', 'ada१९८५', 'ada１９８５', 'ada❶❾❽❺', 'ada𝟏𝟗𝟖𝟓', 'ada⓵꘩⁸₅'],
    ['さくら', 'サクラ', 'ｻｸﾗ', 'ざぐら'],
    ['きよう', 'きょう', 'キョゥ'],
    ['a🍣', 'a🍺'],
    ['10', '⑩', '⓾', '❿'],
  ])('has all spellings that a database may take for it (%s)', (name, ...spellings) => {
    for (const spelling of spellings) expect([spelling, foldName(spelling)]).toEqual([spelling, foldName(name)])
  })

  it('is not another one', () => {
    const names = [
      'ada',
      'bob',
      'ada1',
      'ada2',
      'ad a',
      'ada@example.com',
      'ada@example.org',
      'адa',
      'ада',
      '王伟',
      '王芳',
      'o',
      'oe',
    ]
    expect(new Set(names.map(foldName)).size).toBe(names.length)
  })

  it('in ASCII is folded by case and outer spaces alone', () => {
    for (let unit = 0x21; unit < 0x7f; unit++) {
      const character = String.fromCharCode(unit)
      expect(foldName(` ${character}1${character} `)).toBe(`${character}1${character}`.toLowerCase())
    }
  })
})

describe('every character', () => {
  const assigned = Array.from({ length: 0x20000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((character) => !/[\p{Cn}\p{Co}]/u.test(character))
  // The iota below Greek letters is a mark in small letters and a letter of its own among capitals.
  const others = assigned.filter((character) => !character.normalize('NFKD').includes('\u0345'))
  const differing = (vary: (character: string) => string) =>
    others.filter((character) => foldName(vary(character)) !== foldName(character))

  it('that is folded stays as it is', () => {
    expect(assigned.filter((character) => foldName(foldName(character)) !== foldName(character))).toEqual([])
  })

  it('is folded the same in any case', () => {
    expect(differing((character) => character.toUpperCase())).toEqual([])
    expect(differing((character) => character.toLowerCase())).toEqual([])
  })

  it('is folded the same in any normal form', () => {
    for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) {
      expect(differing((character) => character.normalize(form))).toEqual([])
    }
  })

  it('that a collation passes over, or orders as a letter or a digit of ASCII, is folded to that', () => {
    const { compare } = new Intl.Collator('en', { sensitivity: 'base' })
    const missed = assigned.filter((character) => {
      if (compare(`a${character}b`, 'ab') === 0) return foldName(`a${character}b`) !== 'ab'
      if (compare(character, 'z') > 0) return false
      const plain = [...'0123456789abcdefghijklmnopqrstuvwxyz'].find((one) => compare(character, one) === 0)
      return plain !== undefined && foldName(character) !== plain
    })
    expect(missed).toEqual([])
  })
})

it('takes milliseconds for the longest name of whatever kind', () => {
  foldName('é')
  const kinds = ['\u0301', '\u0316\u0301\u0327', '\ufdfa', '\u0344', '각', 'ꟁ', '٣', '😀', '\u200d', ' a']
  for (const kind of kinds) {
    const name = kind.repeat(MAX_USERNAME_LENGTH).slice(0, MAX_USERNAME_LENGTH)
    const times = Array.from({ length: 5 }, () => {
      const before = performance.now()
      foldName(name)
      return performance.now() - before
    })
    expect(Math.min(...times)).toBeLessThan(20)
  }
})
