import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayText, html, isLink, render } from '../../src/pages/html.js'

/** What a parser makes of the text of an element or of a quoted attribute. */
const decode = (text: string) => text.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))

describe('html', () => {
  it('brings any string through text and attributes unchanged, without making markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>&"\'`=/\r\n\t ;#x60abé漢'), maxLength: 40 }), (value) => {
        const text = render(html`<p>${value}</p>`)
        const inside = text.slice('<p>'.length, -'</p>'.length)
        expect(inside).not.toMatch(/[<>"'`\r]|&(?!#\d+;)/)
        expect(decode(inside)).toBe(value)
        const attribute = render(html`<input value="${value}">`)
        expect(decode(attribute.slice('<input value="'.length, -'">'.length))).toBe(value)
      }),
    )
  })

  it('escapes the elements of lists and keeps the HTML among them', () => {
    expect(render(html`${['<b>', html`<i>${1}</i>`]}`)).toBe('&#60;b&#62;<i>1</i>')
  })

  it('makes nothing of null, undefined and false', () => {
    expect(render(html`<p>${null}${undefined}${false}</p>`)).toBe('<p></p>')
  })

  it('does not take an object from outside for HTML', () => {
    const forged = JSON.parse('{"markup":"<script>","Symbol(markup)":"<script>"}')
    expect(render(html`<p>${forged}</p>`)).not.toContain('<script>')
  })

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '//evil.example',
    '/\\evil.example',
    '',
  ])('refuses %j as the URL of a link or a form', (url) => {
    expect(isLink(url)).toBe(false)
    expect(() => html`<a href="${url}">x</a>`).toThrow(TypeError)
    expect(() => html`<form action="${url}"></form>`).toThrow(TypeError)
  })

  it.each(['/oauth/login', 'https://app.example/cb?a=1&b=2', 'http://127.0.0.1:4000/', 'com.example.app:/cb'])(
    'takes %s as the URL of a link',
    (url) => {
      expect(decode(render(html`<a href="${url}">x</a>`))).toBe(`<a href="${url}">x</a>`)
    },
  )

  it('refuses a value in an attribute without quotes', () => {
    expect(() => html`<input value=${'x onfocus=alert(1)'}>`).toThrow(TypeError)
  })
})

describe('displayText', () => {
  it('drops marks that turn the direction of text', () => {
    for (const mark of '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069') {
      expect(displayText(`a${mark}b`, 10)).toBe('ab')
    }
  })

  it('drops controls, invisible characters and lone surrogates', () => {
    expect(displayText('a\u0000\u0007\u007f\u0085\u200b\u2060\u00ad\u3164\ud800b', 20)).toBe('ab')
  })

  it('makes one space of line breaks and runs of spaces', () => {
    expect(displayText('  a\r\n\u2028 \tb ', 10)).toBe('a b')
  })

  it('keeps other scripts and joined emoji', () => {
    for (const name of ['مذكرات', '日本語のノート', 'नोट्स', '👩‍🚀 ❤️', 'Ünï']) expect(displayText(name, 20)).toBe(name)
  })

  it('is empty when nothing visible is left', () => {
    expect(displayText('\u200d \u202e\u200c', 10)).toBe('')
  })

  it('shortens to the given number of characters, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (value, max) => {
        const shown = displayText(value, max)
        expect(Array.from(shown).length).toBeLessThanOrEqual(max)
        expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/u)
      }),
    )
    expect(displayText('x'.repeat(10_000), 20)).toBe(`${'x'.repeat(19)}…`)
  })
})
