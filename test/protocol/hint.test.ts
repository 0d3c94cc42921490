import { describe, expect, it } from 'vitest'
import { listed, nearestHint, quoted } from '../../src/protocol/hint.js'

describe('the nearest URI', () => {
  const registered = [
    'https://app.example.com/callback',
    'https://app.example.com/silent',
    'http://localhost:3000/callback',
    'com.example.app:/cb',
  ]
  it.each([
    ['a slash at the end', 'https://app.example.com/silent/', 'https://app.example.com/silent', 'path'],
    ['another host', 'https://www.example.com/silent', 'https://app.example.com/silent', 'host'],
    ['another port', 'http://localhost:3001/callback', 'http://localhost:3000/callback', 'port'],
    ['http for https', 'http://app.example.com/callback', 'https://app.example.com/callback', 'scheme'],
    ['another path', 'http://localhost:3000/cb', 'http://localhost:3000/callback', 'path'],
    ['a query', 'https://app.example.com/callback?x=1', 'https://app.example.com/callback', 'query'],
    ['two slashes too many', 'com.example.app:///cb', 'com.example.app:/cb', 'what no parts show, such as a slash'],
  ])('is found for %s', (_, received, nearest, differs) => {
    expect(nearestHint(received, registered)).toBe(
      `Received "${received}"; the nearest that is right is "${nearest}" (another ${differs}).`,
    )
  })

  it('is none where nothing is registered', () => {
    expect(nearestHint('https://a.example', [])).toBe(
      'Received "https://a.example"; there is none that would be right.',
    )
  })

  it.each(['', ':', '//', 'x', `${'a'.repeat(9000)}`, `https://${':'.repeat(9000)}`, `h:${'/?#'.repeat(3000)}`])(
    'is looked for quickly and told shortly, whatever was received',
    (received) => {
      const many = Array.from({ length: 10_000 }, (_, i) => `https://app.example.com/${'x'.repeat(2000)}${i}`)
      const start = performance.now()
      expect(nearestHint(received, many).length).toBeLessThan(600)
      expect(performance.now() - start).toBeLessThan(500)
    },
  )
})

describe('what strangers sent', () => {
  it('is quoted, shortened, and free of what a terminal would obey', () => {
    expect(quoted('a"b\n\u001b[2J\u009b\u202eü')).toBe(String.raw`"a\"b\n\u001b[2J\u009b\u202e\u00fc"`)
    expect(quoted('x'.repeat(9000))).toBe(`"${'x'.repeat(200)}..."`)
  })

  it('is quoted without the secrets that the server has made, wherever they were put', () => {
    const secrets = ['gwcs_', 'gwac_', 'gwrt_', 'gwat_', 'gwpr_'].map((prefix) => `${prefix}${'aB3-_'.repeat(3)}`)
    expect(quoted(`https://a.example/?code=${secrets.join('&x=')}&y=1 gwcl_id`)).toBe(
      '"https://a.example/?code=gwcs_...&x=gwac_...&x=gwrt_...&x=gwat_...&x=gwpr_...&y=1 gwcl_id"',
    )
  })

  it('is listed as far as ten', () => {
    expect(listed(['a', 'b'])).toBe('"a", "b"')
    expect(listed([])).toBe('none')
    expect(listed(Array.from({ length: 1000 }, (_, i) => `${i}`))).toMatch(/"9" and 990 more$/)
  })
})
