/**
 * What every text of the pages is called. A language is one object of this shape, nothing but strings: where a text names
 * something, the place is marked with its name in braces, as in `Logged in as {user}`.
 *
 * @module
 */
import { type Html, html, type Part } from './html.js'

export interface Messages {
  /** A BCP 47 tag, for `lang` and `content-language`. */
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly login: {
    readonly title: string
    /** In place of `title` for somebody who is logged in and has to prove that it is them. */
    readonly confirm: string
    /** `{client}` */
    readonly continueTo: string
    readonly username: string
    readonly password: string
    readonly submit: string
    readonly wrong: string
    readonly incomplete: string
    /** `{wait}`: a duration, such as `3 minutes`. */
    readonly throttled: string
    readonly forgotPassword: string
    readonly signUp: string
  }
  readonly consent: {
    /** `{client}` */
    readonly title: string
    /** `{client}` */
    readonly heading: string
    readonly scopes: string
    /** The right to use an API that knows no scopes. */
    readonly plainAccess: string
    readonly optional: string
    /** `{host}` */
    readonly redirect: string
    /** `{host}` */
    readonly describedAt: string
    /** `{name}` */
    readonly known: string
    readonly unverified: string
    /** `{user}` */
    readonly loggedInAs: string
    readonly switchUser: string
    readonly policy: string
    readonly terms: string
    readonly allow: string
    readonly deny: string
  }
  readonly apps: {
    readonly title: string
    readonly none: string
    readonly explanation: string
    readonly more: string
    /** Of a client that has no access at the moment and would get it again without a question. */
    readonly remembered: string
    /** `{date}` */
    readonly since: string
    /** `{date}` */
    readonly lastUsed: string
    /** `{count}`, two or more */
    readonly logins: string
    /** `{browser}` and `{system}`, such as Chrome and macOS */
    readonly device: string
    /** `{host}` */
    readonly sentTo: string
    /** Opens the question that `revokeOf` answers. */
    readonly revoke: string
    readonly revokeExplanation: string
    /** `{client}` */
    readonly revokeOf: string
    /** Opens the question that `revokeOneOf` answers. */
    readonly revokeOne: string
    readonly revokeOneExplanation: string
    /** `{position}` in the list of `{client}` */
    readonly revokeOneOf: string
    readonly revokeAll: string
    readonly revokeAllSummary: string
    readonly revokeAllExplanation: string
    readonly revoked: string
    readonly again: string
  }
  readonly logout: {
    readonly title: string
    readonly explanation: string
    readonly everywhereExplanation: string
    readonly here: string
    readonly everywhere: string
    readonly again: string
    /** `{client}` */
    readonly asked: string
    readonly appsToo: string
    readonly stay: string
    readonly doneTitle: string
    readonly done: string
  }
  readonly formPost: {
    readonly title: string
    /** `{host}` */
    readonly explanation: string
    readonly submit: string
  }
  readonly error: {
    readonly client: string
    readonly redirectUri: string
    readonly code: string
    readonly reference: string
    /** `{wait}`: a duration, such as `3 minutes`. Stands on the page `tooMany`. */
    readonly wait: string
    /** Stands before what is said to the developers of an app, in English. */
    readonly detail: string
  }
  /** Links on pages from which nothing else leads on. */
  readonly ways: {
    /** To the website of `{client}`. */
    readonly client: string
    readonly login: string
    readonly home: string
  }
  /** What keeps a request from going on. */
  readonly problem: { readonly [reason in Problem]: ErrorText }
}

export type Problem =
  | 'expired'
  | 'cookies'
  | 'answered'
  | 'foreign'
  | 'tooMany'
  | 'unreadable'
  | 'busy'
  | 'failure'
  | 'loginMissing'
  | 'embedded'
  | 'loggedIn'
  | 'clientMistake'

/** What happened, and what the person at the browser can do about it. */
export interface ErrorText {
  readonly title: string
  readonly explanation: string
  readonly advice: string
}

const place = /\{([a-z]+)\}/g

/** The names of the places in a text. */
export const placesIn = (text: string): readonly string[] => Array.from(text.matchAll(place), ([, name = '']) => name)

/** The text with pieces of HTML in its places. */
export function fill(text: string, parts: { readonly [name: string]: Part }): Html {
  // Every second piece is the name of a place.
  return html`${text.split(place).map((piece, i) => (i % 2 === 0 ? piece : parts[piece]))}`
}

/** The text with other text in its places. */
export const fillText = (text: string, values: { readonly [name: string]: string }): string =>
  text.replace(place, (_, name: string) => values[name] ?? '')
