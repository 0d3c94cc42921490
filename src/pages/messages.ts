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
    readonly forgotPassword: string
    readonly signUp: string
  }
  readonly consent: {
    readonly title: (client: string) => string
    readonly heading: (client: Html) => Html
    readonly scopes: string
    /** The right to use an API that knows no scopes. */
    readonly plainAccess: string
    readonly optional: string
    readonly redirect: (host: Html) => Html
    readonly unverified: string
    readonly loggedInAs: (user: Html) => Html
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
    readonly since: (date: Html) => Html
    readonly lastUsed: (date: Html) => Html
    /** An API that knows no scopes. */
    readonly plainAccess: string
    readonly logins: (count: number) => string
    readonly revoke: string
    /** What the button of one client is called to those who do not see where it stands. */
    readonly revokeOf: (client: string) => string
    readonly revokeOne: string
    readonly revokeOneOf: (client: string, position: number) => string
    readonly revokeAll: string
    readonly revokeAllSummary: string
    readonly revokeAllExplanation: string
    readonly revoked: string
    readonly again: string
    readonly date: (time: number) => string
    readonly dateTime: (time: number) => string
  }
  readonly logout: {
    readonly title: string
    readonly explanation: string
    readonly everywhereExplanation: string
    readonly here: string
    readonly everywhere: string
    readonly again: string
    readonly doneTitle: string
    readonly done: string
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
  /** What keeps a request from going on. */
  readonly problem: {
    readonly [reason in Problem]: ErrorText
  }
  /** The app that sent the person here asked wrongly. `description` is for developers, in English. */
  readonly clientMistake: (description: string) => ErrorText
}

export type Problem =
  | 'expired'
  | 'answered'
  | 'foreign'
  | 'tooMany'
  | 'unreadable'
  | 'unreadableRequest'
  | 'busy'
  | 'failure'
  | 'loginMissing'
  | 'embedded'

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
    forgotPassword: 'Forgot your password?',
    signUp: 'Create an account',
  },
  consent: {
    title: (client) => `Allow access for ${client}?`,
    heading: (client) => html`Allow ${client} to use your account?`,
    scopes: 'If you allow it, it can:',
    plainAccess: 'Use it in your name',
    optional: 'You can untick what you do not want to allow.',
    redirect: (host) => html`You will be sent to ${host}`,
    unverified:
      'Nobody has checked who is behind this name. Allow access only if you have just started this app yourself.',
    loggedInAs: (user) => html`Logged in as ${user}`,
    switchUser: 'Not you?',
    policy: 'Privacy policy',
    terms: 'Terms of use',
    allow: 'Allow',
    deny: 'Deny',
  },
  apps: {
    title: 'Connected apps',
    none: 'No app has access to your account.',
    explanation: 'These apps can use your account as you have allowed it. You can end that at any time.',
    more: 'Only the connections that were used last are shown. Revoking the access of an app ends all of it.',
    remembered: 'It has no access at the moment, but gets it again without a question when you log in there.',
    since: (date) => html`Connected on ${date}`,
    lastUsed: (date) => html`Last used on ${date}`,
    plainAccess: 'Use it in your name',
    logins: (count) => `It was connected ${count} times, for example on several devices:`,
    revoke: 'Revoke access',
    revokeOf: (client) => `Revoke access of ${client}`,
    revokeOne: 'Revoke',
    revokeOneOf: (client, position) => `Revoke connection ${position} of ${client}`,
    revokeAll: 'Revoke the access of all apps',
    revokeAllSummary: 'Revoke everything',
    revokeAllExplanation: 'Every app loses its access, and asks you again the next time.',
    revoked: 'The access was revoked.',
    again: 'You have logged in anew since this page was shown, so nothing was changed yet. Please choose again.',
    date: (time) => day.format(time),
    dateTime: (time) => `${minute.format(time)} UTC`,
  },
  logout: {
    title: 'Log out?',
    explanation: 'Apps that you have allowed keep their access.',
    everywhereExplanation: 'You can also log out of every browser in which you are logged in here.',
    here: 'Log out',
    everywhere: 'Log out everywhere',
    again: 'You have logged in anew since this page was shown, so you are still logged in. Please choose again.',
    doneTitle: 'You are logged out',
    done: 'Nobody is logged in here in this browser.',
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
  problem: {
    expired: {
      title: 'This page is no longer valid',
      explanation: 'It waited too long, belongs to another browser, or your browser refuses cookies.',
      advice: 'Go back to the app you came from and start again. If that does not help, allow cookies for this site.',
    },
    answered: {
      title: 'This was answered already',
      explanation: 'The app has got its answer. It is given only once.',
      advice: 'Go back to the app. If it still asks, start again from there.',
    },
    foreign: {
      title: 'This form came from another site',
      explanation: 'Another page tried to answer in your name. Nothing was granted.',
      advice: 'Go back to the app you came from and start again.',
    },
    tooMany: {
      title: 'Too many requests',
      explanation: 'From here, very many logins were started in a short time.',
      advice: 'Wait some minutes, then go back to the app and start again.',
    },
    unreadable: {
      title: 'The form could not be read',
      explanation: 'Something in it is missing or was changed on the way. Nothing was granted.',
      advice: 'Go back and try again.',
    },
    unreadableRequest: {
      title: 'This could not be read',
      explanation: 'What arrived is not what this page sends.',
      advice: 'Go back and try again.',
    },
    busy: {
      title: 'Too busy at the moment',
      explanation: 'The server cannot answer right now.',
      advice: 'Try again in a moment. If it happens again, tell the operator of this site the reference below.',
    },
    failure: {
      title: 'Something went wrong',
      explanation: 'The server made a mistake. Nothing was granted.',
      advice: 'Try again in a moment. If it happens again, tell the operator of this site the reference below.',
    },
    loginMissing: {
      title: 'You are not logged in',
      explanation: 'You came back from the login, but nobody is logged in here. Your browser may refuse cookies.',
      advice: 'Allow cookies for this site, then open the page again.',
    },
    embedded: {
      title: 'This page has to be opened',
      explanation: 'Another page asked for it behind your back. Nothing was granted.',
      advice: 'Go to the app that you wanted to use and log in from there.',
    },
  },
  clientMistake: (description) => ({
    title: 'This app made a mistake',
    explanation: `The app that sent you here asked in a way that cannot be answered: ${description}`,
    advice: 'You did nothing wrong. Go back, and if it happens again, tell the people who make the app.',
  }),
}

const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })
const minute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

function inWords(seconds: number): string {
  if (seconds < 100) return seconds === 1 ? '1 second' : `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
