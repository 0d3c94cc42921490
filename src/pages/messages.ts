/**
 * Every text of the pages, one object per language. A text that names something gets it as a piece of HTML and decides
 * where in the sentence it stands.
 *
 * @module
 */
import { type Html, html } from './html.js'

export interface Messages {
  /** A BCP 47 tag, for `lang` and `content-language`. */
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly login: {
    readonly title: string
    readonly continueTo: (client: Html) => Html
    readonly username: string
    readonly password: string
    readonly submit: string
    readonly wrong: string
    readonly incomplete: string
    readonly throttled: (seconds: number) => string
  }
  readonly consent: {
    readonly title: (client: string) => string
    readonly heading: (client: Html) => Html
    readonly scopes: string
    readonly noScopes: string
    readonly redirect: (host: Html) => Html
    readonly unverified: string
    readonly loggedInAs: (user: Html) => Html
    readonly switchUser: string
    readonly allow: string
    readonly deny: string
  }
  readonly formPost: {
    readonly title: string
    readonly explanation: (host: Html) => Html
    readonly submit: string
  }
  readonly error: {
    readonly code: string
    readonly reference: string
  }
  /** The login page's own refusals. */
  readonly refused: {
    readonly [reason in 'expired' | 'cookies' | 'foreign' | 'unreadable']: ErrorText
  }
}

/** What happened, and what the person at the browser can do about it. */
export interface ErrorText {
  readonly title: string
  readonly explanation: string
  readonly advice: string
}

export const en: Messages = {
  locale: 'en',
  direction: 'ltr',
  login: {
    title: 'Log in',
    continueTo: (client) => html`to continue to ${client}`,
    username: 'User name or e-mail',
    password: 'Password',
    submit: 'Log in',
    wrong: 'The user name or the password is not right.',
    incomplete: 'Enter your user name and your password.',
    throttled: (seconds) => `There were too many attempts. Try again in ${inWords(seconds)}.`,
  },
  consent: {
    title: (client) => `Allow access for ${client}?`,
    heading: (client) => html`Allow ${client} to use your account?`,
    scopes: 'If you allow it, it can:',
    noScopes: 'If you allow it, it learns that you have an account here. It gets no further rights.',
    redirect: (host) => html`You will be sent to ${host}`,
    unverified:
      'Nobody has checked who is behind this name. Allow access only if you have just started this app yourself.',
    loggedInAs: (user) => html`Logged in as ${user}`,
    switchUser: 'Not you?',
    allow: 'Allow',
    deny: 'Deny',
  },
  formPost: {
    title: 'One more step',
    explanation: (host) => html`You are being sent back to ${host}. If nothing happens, press the button.`,
    submit: 'Continue',
  },
  error: { code: 'Error', reference: 'Reference' },
  refused: {
    expired: {
      title: 'This login is no longer open',
      explanation: 'It took too long, it was finished already, or it was started in another browser.',
      advice: 'Go back to the app that you came from and start again there.',
    },
    cookies: {
      title: 'Your browser sent no cookie',
      explanation: 'Logging in works only with cookies. They seem to be switched off for this site.',
      advice: 'Allow cookies for this site, then go back to the app that you came from and start again there.',
    },
    foreign: {
      title: 'This form came from somewhere else',
      explanation: 'The request was sent by a page that does not belong to this site, so it was not carried out.',
      advice: 'If you wanted to log in, go back to the app that you came from and start again there.',
    },
    unreadable: {
      title: 'The form could not be read',
      explanation: 'What arrived is not what this page sends. Nothing was changed.',
      advice: 'Go back, reload the page and try again.',
    },
  },
}

function inWords(seconds: number): string {
  if (seconds < 100) return seconds === 1 ? '1 second' : `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
