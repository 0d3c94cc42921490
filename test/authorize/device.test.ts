import { describe, expect, it } from 'vitest'
import { deviceOf } from '../../src/authorize/device.js'

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'

describe('what a browser is called', () => {
  it.each([
    ['Chrome on macOS', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Chrome/141.0.0.0 Safari/537.36`],
    ['Chrome on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/141.0.0.0 Safari/537.36`],
    ['Edge on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/141.0.0.0 Safari/537.36 Edg/141.0`],
    ['Opera on Linux', `Mozilla/5.0 (X11; Linux x86_64) ${webkit} Chrome/141.0.0.0 Safari/537.36 OPR/120.0`],
    ['Chrome on ChromeOS', `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webkit} Chrome/141.0.0.0 Safari/537.36`],
    ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'],
    ['Firefox on Android', 'Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0'],
    ['Chrome on Android', `Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/141.0.0.0 Mobile Safari/537.36`],
    [
      'Samsung Internet on Android',
      `Mozilla/5.0 (Linux; Android 10; K) ${webkit} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36`,
    ],
    [
      'Safari on macOS',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    ],
    [
      'Safari on iOS',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
    ],
    [
      'Chrome on iPadOS',
      'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1',
    ],
  ])('is %s', (label, agent) => {
    expect(deviceOf([agent])).toBe(label)
  })

  it.each([
    ['nothing', []],
    ['an empty header', ['']],
    ['a program', ['curl/8.5.0']],
    ['a browser on a system that nobody knows', ['Mozilla/5.0 (Haiku) Firefox/145.0']],
    ['a system without a browser', ['okhttp/5.1 (Linux; Android 15)']],
    ['two headers', ['Chrome/1 Macintosh', 'Firefox/1 Linux']],
  ])('is nothing for %s', (_, agents) => {
    expect(deviceOf(agents)).toBeUndefined()
  })

  it('is made of known names alone, whatever else is said, and never longer than 40 characters', () => {
    const noise = '<script>\u202e"\'&'.repeat(500)
    for (const browser of ['Edg/', 'OPR/', 'SamsungBrowser/', 'FxiOS/', 'CriOS/', 'Safari/']) {
      for (const system of ['iPad', 'iPhone', 'Android', 'Windows NT', 'CrOS', 'Macintosh', 'Linux']) {
        const label = deviceOf([noise + browser + noise + system + noise]) ?? ''
        expect(label).toMatch(/^[A-Z][A-Za-z ]+ on [A-Za-z]+$/)
        expect(label.length).toBeLessThanOrEqual(40)
      }
    }
  })
})
