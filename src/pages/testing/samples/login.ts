/**
 * Views of the login page.
 *
 * @module
 */
import type { LoginView } from '../../login.js'
import { evil, handle, honest, type PageSamples } from './parts.js'

const login: LoginView = {
  page: 'login',
  form: { action: '/oauth/login', hidden: { pending: handle } },
  clientName: honest,
}
const rejected: LoginView = { ...login, username: 'ada' }
const withLinks = { forgotPasswordUrl: '/forgot?from=login&to=app', signUpUrl: 'https://app.example.com/join' }

export const loginSamples: PageSamples = {
  page: 'login',
  samples: [
    { name: 'at first', view: login },
    { name: 'for a page of the server itself, with links', view: { ...login, clientName: undefined, ...withLinks } },
    { name: 'for somebody who has to prove that it is them', view: { ...rejected, confirm: true } },
    { name: 'after a wrong password', view: { ...rejected, error: 'wrong' } },
    { name: 'after a form without password', view: { ...login, error: 'incomplete' } },
    { name: 'after too many attempts', view: { ...rejected, error: { throttledSeconds: 61 } } },
    { name: 'with names by a stranger', view: { ...login, clientName: evil, username: evil, error: 'wrong' } },
    { name: 'in Arabic', view: login, language: 'ar' },
  ],
  differences: [
    {
      name: 'says that the password or the name was wrong',
      views: [rejected, { ...rejected, error: 'wrong' }],
      missing:
        "with view.error = 'wrong' the page says the same as without. Say that the name or the password is not right (messages.login.wrong).",
    },
    {
      name: 'says that something was left out',
      views: [login, { ...login, error: 'incomplete' }],
      missing:
        "with view.error = 'incomplete' the page says the same as without. Say what to enter (messages.login.incomplete).",
    },
    {
      name: 'says that there were too many attempts, and how long to wait',
      views: [
        { ...rejected, error: { throttledSeconds: 61 } },
        { ...rejected, error: { throttledSeconds: 900 } },
      ],
      missing:
        'whether 61 or 900 seconds are to be waited, the page says the same. Tell view.error.throttledSeconds (messages.login.throttled).',
    },
  ],
}
