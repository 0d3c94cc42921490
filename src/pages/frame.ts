/**
 * What all pages of one server share in one language: texts, look, the operator's name and logo.
 *
 * @module
 */
import type { Html } from './html.js'
import { en } from './locales/en.js'
import type { Messages } from './messages.js'
import { type StyleSheet, styleSheet } from './style.js'

export interface Frame {
  readonly messages: Messages
  readonly style: StyleSheet
  readonly brand?: Brand | undefined
  /** The app's own front ends, where the next page may be: sources for `form-action`. */
  readonly frontEnds?: readonly string[] | undefined
}

/** Whose pages these are. */
export interface Brand {
  /** Stands in the title of each page. */
  readonly productName: string | undefined
  /** Stands above each page. */
  readonly header: Html
  /** Where the logos come from: sources for `img-src`. */
  readonly imageSources: readonly string[]
}

/** English, in the look that ships. */
export const plainFrame: Frame = { messages: en, style: styleSheet() }
