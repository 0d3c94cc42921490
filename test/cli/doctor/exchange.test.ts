/** Reading what came. */
import { describe, expect, it } from 'vitest'
import { anyJsonOf, complaint, jsonOf, redirectOf, short, summary, told } from '../../../src/cli/doctor/exchange.js'
import { exchange, noAnswer } from './world.js'

describe('JSON', () => {
  it('is an object, and counts as a document with a 2xx alone', () => {
    expect(jsonOf(exchange({ body: { a: 1 } }))).toEqual({ a: 1 })
    for (const status of [199, 300, 404]) {
      const other = exchange({ status, body: { a: 1 } })
      expect(jsonOf(other), String(status)).toBeNull()
      expect(anyJsonOf(other), String(status)).toEqual({ a: 1 })
    }
    for (const body of ['[]', 'null', '1', '"a"', '<p>', '']) expect(anyJsonOf(exchange({ body })), body).toBeNull()
    expect(anyJsonOf(noAnswer('timeout'))).toBeNull()
  })
})

describe('a redirect', () => {
  const to = (status: number, location?: string) =>
    redirectOf(
      exchange({ url: 'https://a.example/x', status, headers: location === undefined ? [] : [['location', location]] }),
    )
  it('leads to a whole URL, with a status that redirects and an address', () => {
    for (const status of [301, 302, 303, 307, 308]) expect(to(status, '/y')).toBe('https://a.example/y')
    expect(to(302, 'https://b.example')).toBe('https://b.example/')
    for (const status of [200, 201, 304, 400]) expect(to(status, '/y'), String(status)).toBeNull()
    expect(to(302)).toBeNull()
    expect(to(302, 'http://')).toBeNull()
    expect(redirectOf(noAnswer('timeout'))).toBeNull()
  })
})

describe('in a few words', () => {
  it('what came is its status, and what it is or where it leads', () => {
    expect(summary(exchange({ status: 404 }))).toBe('404 text/html')
    expect(summary(exchange({ status: 302, headers: [['location', '/y']] }))).toMatch(/^302 to https:/)
    expect(summary(noAnswer('timeout'))).toBe('no answer within 10 s')
    const { outcome, ...rest } = exchange({ status: 204 })
    expect(summary({ ...rest, outcome: { ...outcome, headers: [] } as typeof outcome })).toBe('204')
    expect(told(exchange({ url: 'https://a.example/' }))).toBe('GET https://a.example/ answered 200 text/html')
    expect(told(noAnswer('timeout', 'https://a.example/'))).toBe('GET https://a.example/: no answer within 10 s')
  })

  it('text is cut where it is long, and not before', () => {
    expect(short('x'.repeat(160))).toBe('x'.repeat(160))
    expect(short('x'.repeat(161))).toBe(`${'x'.repeat(159)}…`)
  })
})

describe('what an error says', () => {
  const page = (body: string) => complaint(exchange({ status: 400, body }))
  it('is in its JSON, else on the page, without what nobody reads there', () => {
    expect(complaint(exchange({ status: 400, body: { error: 'a', error_description: 'b' } }))).toBe('a: b')
    expect(page('<head><title>x</title></head><style>p {}</style><p>It &quot;is&quot;\n <b>wrong</b>.')).toBe(
      'It "is" wrong .',
    )
    expect(complaint(noAnswer('timeout'))).toBe('')
  })

  it('is the note for developers on a page of grantwright, with the facts', () => {
    const note = '<p class="note warning">No such client.</p><dl><dt>Error</dt><dd>x</dd></dl>'
    expect(page(`<h1>Sorry</h1>${note}<a href="/">Home</a>`)).toBe('No such client. Error x')
    // Half of one is none.
    expect(page('<h1>Sorry</h1><p class="note">No.')).toBe('Sorry No.')
    expect(page('<dl><dd>a</dd></dl>b')).toBe('a b')
  })

  it('takes no long time, whatever the page', () => {
    const began = performance.now()
    for (const part of ['<style', '<p class="note', '<', '&quot', ' ']) page(part.repeat(100_000))
    expect(performance.now() - began).toBeLessThan(5000)
  })
})
