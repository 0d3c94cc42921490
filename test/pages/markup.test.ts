/**
 * How the suite for pages reads HTML: as browsers do.
 */
import { describe, expect, it } from 'vitest'
import { canSend, canSendAtOnce, formsIn } from '../../src/pages/testing/forms.js'
import { readMarkup } from '../../src/pages/testing/markup.js'

/** Tags with their attributes, ends and texts, in short. */
const read = (html: string) =>
  readMarkup(html).map((piece) => {
    if (piece.kind === 'text') return piece.text
    if (piece.kind === 'end') return `/${piece.name}`
    return [piece.name, Object.fromEntries(piece.attributes), piece.inside].filter((part) => part !== '')
  })

describe('attributes', () => {
  it.each([
    ['in double quotes', `<a b="c d">`, { b: 'c d' }],
    ['in single quotes', `<a b='c "d"'>`, { b: 'c "d"' }],
    ['without quotes', '<a b=c/d e=f>', { b: 'c/d', e: 'f' }],
    ['without a value', '<a b c=d>', { b: '', c: 'd' }],
    ['in capitals', '<A B=C>', { b: 'C' }],
    ['with space around the sign', '<a b = "c">', { b: 'c' }],
    ['with a > in them', '<a b="c>d" e>', { b: 'c>d', e: '' }],
    ['without space between them', '<a b="c"d="e"/>', { b: 'c', d: 'e' }],
    ['twice: the first counts', '<a b=c b=d>', { b: 'c' }],
    ['with entities', '<a b="&amp;&lt;&quot;&#39;&#x2F;&#47">', { b: '&<"\'//' }],
    ['with a query that only looks like an entity', '<a b="?x=1&lt=2&copy=3">', { b: '?x=1&lt=2&copy=3' }],
  ])('%s', (_, html, attributes) => {
    expect(read(html)).toEqual([['a', attributes]])
  })
})

describe('text', () => {
  it('is decoded once', () => {
    expect(read('a &amp;lt; &lt b &#0; &#x110000; &nothing;')).toEqual(['a &lt; < b \ufffd \ufffd &nothing;'])
  })

  it('may have a < that begins no tag', () => {
    expect(read('1 < 2 <3 <> <b>')).toEqual(['1 < 2 <3 <> ', ['b', {}]])
  })

  it('is not what stands in comments and declarations', () => {
    expect(read('<!doctype html>a<!-- <b> -- > -->c<!-->d<?php <x ?>e</ f>g<!--h')).toEqual(['a', 'c', 'd', 'e', 'g'])
  })

  it('is all that scripts, styles and fields hold', () => {
    expect(read('<script>a < b && "</b>"</SCRIPT ><style><i></style><textarea>&lt;<b></textarea>')).toEqual([
      ['script', {}, 'a < b && "</b>"'],
      '/script',
      ['style', {}, '<i>'],
      '/style',
      ['textarea', {}, '<<b>'],
      '/textarea',
    ])
  })

  it('takes what never ends as it is', () => {
    expect(read('<title>a')).toEqual([['title', {}, 'a']])
    expect(read('<a b="c')).toEqual([['a', { b: 'c' }]])
  })
})

describe('what a form can send at once', () => {
  const can = (content: string, attribute = '') => {
    const [form] = formsIn(readMarkup(`<form ${attribute}>${content}</form>`))
    return form !== undefined && canSendAtOnce(form, { go: 'yes' })
  }
  const button = '<button name=go value=yes>'

  it.each([
    ['a field', '<input name=a required>', '<input name=a required value=b>'],
    ['a box', '<input type=checkbox name=a required>', '<input type=checkbox name=a required checked>'],
    [
      'radio buttons',
      '<input type=radio name=a required><input type=radio name=b checked>',
      '<input type=radio name=a required><input type=radio name=a checked>',
    ],
    ['a list', '<select name=a required><option value="">A</select>', '<select name=a required><option>A</select>'],
    ['a text', '<textarea name=a required></textarea>', '<textarea name=a required>b</textarea>'],
  ])('is what needs %s only when it is filled in already', (_, empty, filled) => {
    expect([can(empty + button), can(filled + button)]).toEqual([false, true])
  })

  it('is what needs nothing', () => {
    const required = '<input name=a required>'
    expect(can(required + button.replace('>', ' formnovalidate>'))).toBe(true)
    expect(can(required + button, 'novalidate')).toBe(true)
    expect(can(required.replace('required', 'required disabled') + button)).toBe(true)
    expect(can(`${required}<button formnovalidate></button>${button}`)).toBe(false)
  })
})

describe('what a form can send', () => {
  const can = (content: string, name = 'go', value = 'yes') => {
    const [form] = formsIn(readMarkup(`<form>${content}</form>`))
    return form !== undefined && canSend(form, { [name]: value })
  }

  it.each([
    ['a button', '<button name=go value=yes>'],
    ['an input that is a button', '<input type=submit name=go value=yes>'],
    ['a hidden field and a button', '<input type=hidden name=go value=yes><button>'],
    ['one of several radio buttons', '<input type=radio name=go value=no><input type=radio name=go value=yes><button>'],
    ['a list', '<select name=go><option value=no>A<option value=yes>B</select><button>'],
    ['a list without values', '<select name=go><option>no</option><option>\n yes </option></select><button>'],
  ])('is what %s says', (_, content) => {
    expect(can(content)).toBe(true)
  })

  it.each([
    ['a button for scripts', '<button type=button name=go value=yes>'],
    ['a button that is disabled', '<button disabled name=go value=yes>'],
    ['a field that nothing sends', '<input type=hidden name=go value=yes>'],
    ['two fields of one name', '<input type=hidden name=go value=yes><input type=hidden name=go value=no><button>'],
    ['a field whose button has the same name', '<input type=hidden name=go value=yes><button name=go value=no>'],
    ['a button beside a field of the same name', '<input type=hidden name=go value=no><button name=go value=yes>'],
    ['a field where anything can be written', '<input name=go value=yes><button>'],
    ['a list without it', '<select name=go><option value=no>yes</select><option value=yes><button>'],
    ['a list in which it is disabled', '<select name=go><option value=yes disabled>A</select><button>'],
    ['a list in which several can be picked', '<select name=go multiple><option value=yes>A</select><button>'],
    ['two lists', '<select name=go><option>yes</select><select name=go><option>yes</select><button>'],
  ])('is not what %s says', (_, content) => {
    expect(can(content)).toBe(false)
  })

  it('is all that is wanted at a time, with one button', () => {
    const both = (content: string) => {
      const [form] = formsIn(readMarkup(`<form>${content}</form>`))
      return form !== undefined && canSend(form, { go: 'yes', why: 'so' })
    }
    expect(both('<input type=radio name=go value=yes><button name=why value=so>')).toBe(true)
    expect(both('<button name=go value=yes></button><button name=why value=so>')).toBe(false)
  })

  it.each([
    ['the first of a list', '<select name=go><option value=a>A<option value=b>B</select>', 'a'],
    ['the first that is not disabled', '<select name=go><option value=a disabled>A<option value=b>B</select>', 'b'],
    ['what is selected, disabled or not', '<select><option value=a>A<option selected disabled value="">B</select>', ''],
    ['nothing of a list that shows several', '<select name=go size=2><option value=a>A</select>', ''],
  ])('is at first %s', (_, content, value) => {
    const [form] = formsIn(readMarkup(`<form>${content}</form>`))
    expect(form?.controls.map((control) => control.value)).toEqual([value])
  })

  it('is not what a form inside it says: browsers know only the outer one', () => {
    const forms = formsIn(readMarkup('<form action=a><form action=b><button></form><button></form>'))
    expect(forms.map(({ action, controls }) => [action, controls.length])).toEqual([['a', 1]])
  })
})
