/**
 * From the option `theme` to a style sheet.
 *
 * @module
 */
import { isRecord, refuseUnknown } from '../runtime/option-checks.js'
import type { Palette, Theme } from './options.js'
import { type StyleSheet, styleSheet } from './style.js'

/** @throws {TypeError} when something is not a colour or a shape. */
export function themed(theme: Theme | undefined): StyleSheet {
  if (theme === undefined) return styleSheet()
  if (!isRecord(theme)) throw new TypeError("pages.theme must be an object. Write `theme: { accent: '#7c3aed' }`.")
  refuseUnknown(theme, [...colours, 'radius', 'font', 'dark'], 'pages.theme')
  const { dark, ...light } = theme
  if (dark !== undefined) {
    if (!isRecord(dark)) throw new TypeError("pages.theme.dark must be an object. Write `dark: { accent: '#c4b5fd' }`.")
    refuseUnknown(dark, colours, 'pages.theme.dark')
  }
  // The same order as in the sheet that ships: what is given for light screens must not win on dark ones.
  const { radius, font, ...palette } = light
  return styleSheet(
    `${rule({ radius, font }, 'pages.theme')}@media (prefers-color-scheme: light) {${rule(palette, 'pages.theme')}}
@media (prefers-color-scheme: dark) {${rule(dark ?? {}, 'pages.theme.dark')}}
`,
  )
}

const colours = [
  'accent',
  'onAccent',
  'background',
  'surface',
  'sunken',
  'text',
  'muted',
  'border',
  'control',
] as const satisfies readonly (keyof Palette)[]

function rule(values: object, where: string): string {
  const declarations = Object.entries(values).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return []
    if (name === 'radius' && !isLength(value)) {
      throw new TypeError(
        `${where}.radius must be a length with its unit. Write for example \`radius: '8px'\`, or '0'.`,
      )
    }
    if (!isCssValue(value)) {
      throw new TypeError(
        `${where}.${name} is not a CSS value. Write for example \`accent: '#7c3aed'\`, \`radius: '4px'\`.`,
      )
    }
    return [`--gw-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${value};`]
  })
  return declarations.length === 0 ? '' : `\n:root { ${declarations.join(' ')} }\n`
}

/** Another value, such as a number without a unit, would do nothing. */
const isLength = (value: unknown): boolean =>
  isCssValue(value) &&
  /^(?:0|(?:\d+(?:\.\d+)?|\.\d+)(?:px|r?em|ch|ex|v[wh]|vmin|vmax|[cm]m|in|p[tc]|q|%)|(?:calc|min|max|clamp)\(.+\))$/i.test(
    value,
  )

/** Nothing that would end the declaration or load something. */
function isCssValue(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[\w#%.,()'" /+*-]{1,200}$/.test(value)) return false
  if (/url\(|image(?:-set)?\(|\/\*/i.test(value)) return false
  let rest = value.replace(/'[^']*'|"[^"]*"/g, '')
  for (let before = ''; before !== rest; ) {
    before = rest
    rest = rest.replace(/\([^()]*\)/g, '')
  }
  return !/[()'"]/.test(rest)
}
