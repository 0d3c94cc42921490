/**
 * English.
 *
 * @module
 */
import type { Messages } from '../messages.js'

export const en: Messages = {
  locale: 'en',
  direction: 'ltr',
  login: {
    title: 'Log in',
    confirm: 'Confirm it is you',
    continueTo: 'to continue to {client}',
    username: 'User name or e-mail',
    password: 'Password',
    submit: 'Log in',
    wrong: 'Wrong user name or password.',
    incomplete: 'Enter your user name and your password.',
    throttled: 'Too many attempts. Try again in {wait}.',
    forgotPassword: 'Forgot your password?',
    signUp: 'Create an account',
  },
  consent: {
    title: 'Allow access for {client}?',
    heading: 'Allow {client} to use your account?',
    scopes: 'If you allow it, it can:',
    plainAccess: 'Use it in your name',
    optional: 'Optional. You can untick what you do not want to allow:',
    redirect: 'You will be sent to {host}',
    unverified:
      'Nobody has checked who is behind this name. Allow access only if you have just started this app yourself.',
    loggedInAs: 'Logged in as {user}',
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
    more: 'Not all connections are shown. Disconnecting an app ends all of its connections.',
    remembered: 'It has no access at the moment, but gets it again without a question when you log in there.',
    since: 'Connected on {date}',
    lastUsed: 'Last used on {date}',
    logins: 'It was connected {count} times, for example on several devices:',
    device: '{browser} on {system}',
    sentTo: 'You were sent to {host}',
    revoke: 'Disconnect app',
    revokeExplanation: 'It loses its access everywhere, and asks you again the next time.',
    revokeOf: 'Disconnect {client}',
    revokeOne: 'End this connection',
    revokeOneExplanation: 'It loses its access. The other connections of this app stay.',
    revokeOneOf: 'End connection {position} of {client}',
    revokeAll: 'Disconnect all apps',
    revokeAllSummary: 'Disconnect everything',
    revokeAllExplanation: 'Every app loses its access, and asks you again the next time.',
    revoked: 'The access has ended.',
    again: 'You have logged in anew since this page was shown, so nothing was changed yet. Please choose again.',
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
    explanation: 'You are being sent back to {host}. If nothing happens, press the button.',
    submit: 'Continue',
  },
  error: {
    client: 'App',
    redirectUri: 'Redirect URI as received',
    code: 'Error',
    reference: 'Reference',
    wait: 'There is room again in {wait}.',
    detail: 'For the people who make the app:',
  },
  ways: { client: 'Back to {client}', login: 'Log in again', home: 'Go to the start page' },
  problem: {
    expired: {
      title: 'This page is no longer valid',
      explanation: 'It waited too long, was finished already, or belongs to another browser.',
      advice: 'Go back to the app that you came from and start again there.',
    },
    cookies: {
      title: 'Your browser sent no cookie',
      explanation: 'Logging in works only with cookies. They seem to be switched off for this site.',
      advice: 'Allow cookies for this site, then go back to the app that you came from and start again there.',
    },
    answered: {
      title: 'This was answered already',
      explanation: 'The app has got its answer. It is given only once.',
      advice: 'Go back to the app. If it still asks, start again from there.',
    },
    foreign: {
      title: 'This form came from another site',
      explanation: 'It was sent by a page that does not belong here, so nothing was done in your name.',
      advice: 'If you wanted this yourself, go back to the app that you came from and start again there.',
    },
    tooMany: {
      title: 'Too many requests',
      explanation: 'From here, very many logins were started in a short time.',
      advice: 'Wait a while, then go back to the app and start again.',
    },
    unreadable: {
      title: 'The form could not be read',
      explanation: 'Something in it is missing or was changed on the way. Nothing was done.',
      advice: 'Go back, reload the page and try again.',
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
    loggedIn: {
      title: 'You are logged in',
      explanation: 'The app that you came from had waited too long for it, so it has not got its answer.',
      advice: 'Go back to the app and start again there. You need not log in again.',
    },
    clientMistake: {
      title: 'This app made a mistake',
      explanation: 'The app that sent you here asked in a way that cannot be answered.',
      advice: 'You did nothing wrong. Go back, and if it happens again, tell the people who make the app.',
    },
  },
}
