/**
 * What an app can say about the pages: its name, its colours, its words, or pages of its own.
 *
 * @module
 */
import type { Messages } from './messages.js'
import type { PageSources } from './policy.js'
import type { PageView } from './views.js'

/** The option `pages` of `createAuthorizationServer`. Everything is optional. */
export interface PagesOptions<Native = unknown> {
  /** Stands above every page, and in its title. @default the issuer's host above the page, unless there is a logo */
  readonly productName?: string | undefined
  /**
   * The operator's logo, above every page: an absolute path on the issuer's host, or an `https` URL, of one image. With `dark` there is
   * another one for dark backgrounds. @default none
   */
  readonly logo?: string | { readonly light: string; readonly dark: string } | undefined
  /** Colours and shapes. @default those that ship */
  readonly theme?: Theme | undefined
  /**
   * The languages that are offered; the first is for people who want none of them. @default English, then all that ship and all in
   * `messages`
   */
  readonly locales?: readonly string[] | undefined
  /**
   * Other words, by language: some texts of a language that ships, or all texts of one that does not. Places such as `{client}` must
   * stay.
   */
  readonly messages?: { readonly [locale: string]: PartialTexts<Omit<Messages, 'locale'>> } | undefined
  /**
   * Replaces pages. It gets what is to be shown, and returns a whole HTML document, or where the app's own front end shows it, or
   * nothing for the page that ships. What it throws is a `server_error` on the page that ships.
   *
   * The form must post what stands in `view.form.hidden` to `view.form.action`: without it nothing works, and nothing is granted.
   * `renderSuite` of `grantwright/testing/pages` checks that, and more.
   *
   * Everything in a view that clients and users wrote (`clientName`, `username`, …) is as they wrote it: escape it.
   */
  readonly render?: RenderPage<Native> | undefined
  /**
   * Origins of the app's own front end, besides the issuer's: `render` may redirect there, and forms may come from there. They must
   * be same-site with the issuer, because the browser's cookie goes nowhere else. @default none
   */
  readonly frontEnds?: readonly string[] | undefined
  /**
   * Where people can go on from pages that lead nowhere else, such as the one after a logout: an absolute path on the issuer's host, or
   * an `http` or `https` URL. @default '/'
   */
  readonly homeUrl?: string | undefined
}

export type RenderPage<Native = unknown> = (
  view: PageView,
  context: RenderContext<Native>,
) => Rendered | null | undefined | Promise<Rendered | null | undefined>

/** What is known beside the view. */
export interface RenderContext<Native = unknown> {
  /** The texts in the language of the person; `messages.locale` says which. */
  readonly messages: Messages
  /** Makes one `<script nonce="…">` or `<style nonce="…">` of the document run: the page's policy names it. */
  readonly nonce: string
  /** What the framework works with: Express' `req`, Hono's `c`, or the `Request`. */
  readonly native: Native
}

/**
 * An HTML document; one that also loads things from elsewhere (its policy allows this host and the nonce, and `sources` in addition);
 * or the app's own page: an absolute path, or a URL on this host or one of `frontEnds`.
 */
export type Rendered = string | RenderedDocument | RenderedRedirect

export interface RenderedDocument {
  readonly html: string
  readonly sources?: Omit<PageSources, 'form-action'> | undefined
}

export interface RenderedRedirect {
  readonly redirect: string
}

/**
 * Custom properties of the style sheet. Text on its background, and `onAccent` on `accent`, should have a contrast of 4.5 to 1 (WCAG
 * 2.2, 1.4.3); so should `accent` on `surface`, which is the colour of links.
 */
export interface Theme extends Palette {
  /** What is different on dark screens. @default the dark colours that ship */
  readonly dark?: Palette | undefined
  /** Of the sheet, such as `4px`. */
  readonly radius?: string | undefined
  /** A font-family of fonts that people have: the policy loads none. */
  readonly font?: string | undefined
}

/** CSS colours. */
export interface Palette {
  /** Buttons, links, marks. */
  readonly accent?: string | undefined
  /** Text on `accent`. */
  readonly onAccent?: string | undefined
  /** Around the sheet. */
  readonly background?: string | undefined
  /** The sheet. */
  readonly surface?: string | undefined
  /** Boxes on the sheet. */
  readonly sunken?: string | undefined
  readonly text?: string | undefined
  /** Text of less weight. */
  readonly muted?: string | undefined
  /** Lines. */
  readonly border?: string | undefined
  /** Edges of fields. */
  readonly control?: string | undefined
}

/** The same texts, as many of them as somebody likes. */
export type PartialTexts<T> = { readonly [K in keyof T]?: T[K] extends string ? T[K] : PartialTexts<T[K]> }
