/**
 * Checks the option `pages` once, at construction, and makes of it what every page needs.
 *
 * @module
 */
import { checkFunctions, isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import type { Brand } from './frame.js'
import { html } from './html.js'
import { type Languages, languagesFrom } from './languages.js'
import type { PagesOptions, RenderPage } from './options.js'
import { fileSource, originSource } from './policy.js'
import type { StyleSheet } from './style.js'
import { themed } from './theme.js'

export interface PageSettings {
  readonly languages: Languages
  readonly style: StyleSheet
  readonly brand: Brand | undefined
  readonly render: RenderPage<never> | undefined
  /** Where forms of this server come from: the issuer's origin, and the app's front ends. */
  readonly origins: ReadonlySet<string>
  /** The app's front ends as sources for `form-action`. */
  readonly frontEnds: readonly string[]
}

/** @throws {TypeError} when an option is wrong: which one, and what to write instead. */
export function checkPages(options: PagesOptions<never> = {}, issuer: string): PageSettings {
  if (!isRecord(options)) throw mistake("pages must be an object. Write `pages: { productName: 'Notes' }`.", options)
  refuseUnknown(options, known, 'pages')
  checkFunctions(options, ['render'], 'pages.')
  const { origin } = new URL(issuer)
  const frontEnds = checkFrontEnds(options.frontEnds ?? [], origin)
  return {
    languages: languagesFrom(options),
    style: themed(options.theme),
    brand: brandOf(options, origin),
    render: options.render,
    origins: new Set([origin, ...frontEnds]),
    frontEnds: frontEnds.map(originSource),
  }
}

const known = [
  'productName',
  'logo',
  'theme',
  'locales',
  'messages',
  'render',
  'frontEnds',
] as const satisfies readonly (keyof PagesOptions)[]

function brandOf({ productName, logo }: PagesOptions<never>, origin: string): Brand | undefined {
  if (productName !== undefined && (typeof productName !== 'string' || productName.trim() === '')) {
    throw mistake("pages.productName must be a text. Write `productName: 'Notes'`, or leave it out.", productName)
  }
  if (logo === undefined) return productName === undefined ? undefined : withoutLogo(productName)
  const { light, dark } = isRecord(logo) ? logo : { light: logo, dark: undefined }
  if (isRecord(logo)) refuseUnknown(logo, ['light', 'dark'], 'pages.logo')
  const imageSources = [
    logoSource(light, isRecord(logo) ? 'pages.logo.light' : 'pages.logo', origin),
    ...(dark === undefined ? [] : [logoSource(dark, 'pages.logo.dark', origin)]),
  ]
  // Beside the name it says nothing new.
  const alt = productName === undefined ? new URL(origin).hostname : ''
  const header = html`<header><picture>
${dark !== undefined && html`<source srcset="${dark}" media="(prefers-color-scheme: dark)">`}<img src="${light}" alt="${alt}"></picture>${productName !== undefined && html`<span>${productName}</span>`}</header>`
  return { productName, header, imageSources }
}

const withoutLogo = (productName: string): Brand => ({
  productName,
  header: html`<header><span>${productName}</span></header>`,
  imageSources: [],
})

function logoSource(logo: unknown, where: string, origin: string): string {
  const url = typeof logo === 'string' && /^\/(?![/\\])/.test(logo) ? origin + logo : logo
  const isOurs = typeof url === 'string' && (url.startsWith('https://') || url.startsWith(`${origin}/`))
  // In srcset a comma ends the URL.
  const source = isOurs && !url.includes(',') ? fileSource(url) : null
  if (source !== null) return source
  throw new TypeError(
    `${where} must be an absolute path or an https URL of one image, and ${mistakeIn(logo)}. Write \`logo: '/logo.svg'\`, or \`logo: { light: '/logo.svg', dark: '/logo-dark.svg' }\`.`,
  )
}

function mistakeIn(logo: unknown): string {
  if (typeof logo !== 'string') return logo === undefined ? 'is missing' : 'is no text'
  const mistake =
    URL.canParse(logo, 'https://here') && new URL(logo, 'https://here').pathname.endsWith('/')
      ? 'names no file'
      : /[^\x21-\x2b\x2d-\x7e]/.test(logo)
        ? 'has a space, a comma, or another character that must be escaped here'
        : 'is neither'
  return `'${logo}' ${mistake}`
}

function checkFrontEnds(frontEnds: unknown, origin: string): readonly string[] {
  const isList = Array.isArray(frontEnds)
  if (isList && frontEnds.every((frontEnd) => isOrigin(frontEnd, origin))) return frontEnds
  throw mistake(
    `pages.frontEnds must be a list of origins${new URL(origin).protocol === 'https:' ? ' with https' : ''}, without path and slash. Write \`frontEnds: ['https://app.example.com']\`.`,
    isList ? frontEnds.find((frontEnd) => !isOrigin(frontEnd, origin)) : frontEnds,
  )
}

/** A page without encryption must not carry the forms of one with it. */
function isOrigin(value: unknown, issuerOrigin: string): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { origin, protocol } = new URL(value)
  // What a policy has no notation for, or another meaning, such as a star.
  return (
    origin === value &&
    /^https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::[0-9]+)?$/.test(value) &&
    (protocol === 'https:' || (protocol === 'http:' && issuerOrigin.startsWith('http:')))
  )
}
