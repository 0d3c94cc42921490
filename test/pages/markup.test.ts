/**
 * How the suite for pages reads HTML: as browsers do.
 */
import { describe, expect, it } from 'vitest'
import { canSend, formsIn } from '../../src/pages/testing/forms.js'
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

describe('what a form can send', () => {
  const can = (content: string, name = 'go', value = 'yes') => {
    const [form] = formsIn(readMarkup(`<form>${content}</form>`))
    return form !== undefined && canSend(form, name, value)
  }

  it.each([
    ['a button', '<button name=go value=yes>'],
    ['an input that is a button', '<input type=submit name=go value=yes>'],
    ['a hidden field and a button', '<input type=hidden name=go value=yes><button>'],
    ['one of several radio buttons', '<input type=radio name=go value=no><input type=radio name=go value=yes><button>'],
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
  ])('is not what %s says', (_, content) => {
    expect(can(content)).toBe(false)
  })

  it('is not what a form inside it says: browsers know only the outer one', () => {
    const forms = formsIn(readMarkup('<form action=a><form action=b><button></form><button></form>'))
    expect(forms.map(({ action, controls }) => [action, controls.length])).toEqual([['a', 1]])
  })
})
