/**
 * From the option `theme` to the style sheet.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Theme } from '../../src/index.js'
import { styleSheet } from '../../src/pages/style.js'
import { themed } from '../../src/pages/theme.js'

const shipped = styleSheet().css
/** What a theme adds to the style sheet that ships. */
const added = (theme: Theme): string => {
  const { css } = themed(theme)
  expect(css.startsWith(shipped)).toBe(true)
  return css.slice(shipped.length)
}
const inside = (css: string, scheme: 'light' | 'dark'): string =>
  new RegExp(`@media \\(prefers-color-scheme: ${scheme}\\) \\{([^}]*\\}?)`).exec(css)?.[1] ?? ''

it('is the style sheet that ships when nothing is given', () => {
  expect(themed(undefined)).toEqual(styleSheet())
})

it('has the hash of exactly what is sent', () => {
  const { css, source } = themed({ accent: '#7c3aed' })
  expect(source).toBe(`'sha256-${createHash('sha256').update(css).digest('base64')}'`)
  expect(source).not.toBe(styleSheet().source)
})

it('sets the colours on light screens only, so that dark ones keep theirs', () => {
  const css = added({ accent: '#7c3aed', onAccent: 'white' })
  expect(inside(css, 'light')).toContain('--gw-accent: #7c3aed; --gw-on-accent: white;')
  expect(inside(css, 'dark')).not.toContain('--gw-accent')
})

it('sets the colours of `dark` on dark screens only', () => {
  const css = added({ dark: { accent: '#c4b5fd' } })
  expect(inside(css, 'dark')).toContain('--gw-accent: #c4b5fd;')
  expect(inside(css, 'light')).not.toContain('--gw-accent')
})

it('sets radius and font on all screens', () => {
  const css = added({ radius: '4px', font: "Inter, 'Segoe UI', sans-serif" })
  expect(css.slice(0, css.indexOf('@media'))).toContain("--gw-radius: 4px; --gw-font: Inter, 'Segoe UI', sans-serif;")
})

it('names custom properties that the style sheet uses', () => {
  const every = {
    ...{ accent: 'red', onAccent: 'red', background: 'red', surface: 'red', sunken: 'red', text: 'red' },
    ...{ muted: 'red', border: 'red', control: 'red', radius: '1px', font: 'serif' },
  }
  const names = [...added(every).matchAll(/(--gw-[a-z-]+):/g)].map(([, name]) => name)
  expect(names).toHaveLength(Object.keys(every).length)
  for (const name of names) expect(shipped).toContain(`var(${name})`)
})

describe.each([
  '#7c3aed',
  'rebeccapurple',
  'rgb(124 58 237 / 80%)',
  'oklch(0.54 0.25 293)',
  'color-mix(in srgb, red 13%, transparent)',
  'calc(1rem + (2px * 3))',
])('the value %s', (value) => {
  it('is taken', () => {
    expect(added({ accent: value })).toContain(`--gw-accent: ${value};`)
  })
})

describe.each([
  ['ends the declaration', 'red; } body { display: none'],
  ['ends the style sheet', 'red</style><script>'],
  ['loads something', 'url(//evil.example/a)'],
  ['loads something in capitals', 'URL(/a)'],
  ['loads one of several images', 'image-set("/a.png" 1x)'],
  ['opens a comment', 'red /* '],
  ['opens a bracket', 'rgb(1 2 3'],
  ['closes a bracket that is not open', 'red) (a'],
  ['opens a quote', "'Inter"],
  ['has a bracket whose end is in quotes', 'rgb(1 ")"'],
  ['escapes a character', '\\75rl(/a)'],
  ['has two lines', 'red\nblue'],
  ['is empty', ''],
  ['is very long', 'r'.repeat(201)],
  ['is no text', 7],
])('a value that %s', (_, value) => {
  it('is refused, and the message says which and what to write', () => {
    expect(() => themed({ accent: value as string })).toThrow(
      /^pages\.theme\.accent is not a CSS value\. Write for example `accent: '#7c3aed'`/,
    )
    expect(() => themed({ dark: { accent: value as string } })).toThrow(
      /^pages\.theme\.dark\.accent is not a CSS value/,
    )
  })
})

it.each([
  [{ colour: 'red' }, /^pages\.theme: there is no option `colour`\. The options are accent, /],
  [{ dark: { radius: '4px' } }, /^pages\.theme\.dark: there is no option `radius`/],
  ['red', /^pages\.theme must be an object/],
  [{ dark: 'black' }, /^pages\.theme\.dark must be an object/],
])('refuses %j', (theme, message) => {
  expect(() => themed(theme as Theme)).toThrow(message)
})

it.each(['8px', '0', '0.5rem', '.5em', '50%', 'calc(1rem - 2px)'])('takes the radius %s', (radius) => {
  expect(added({ radius })).toContain(`--gw-radius: ${radius};`)
})

it.each(['8', '0.5', 'px', '8 px', '8pixels', '-8px', 'round', '8px 4px', '8px;', 'calc(url(/a))', '', 8, null])(
  'refuses the radius %j, which would do nothing',
  (radius) => {
    expect(() => themed({ radius: radius as string })).toThrow(
      /^pages\.theme\.radius must be a length with its unit\. Write for example `radius: '8px'`, or '0'\.$/,
    )
  },
)
