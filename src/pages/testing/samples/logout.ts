/**
 * Views of the logout.
 *
 * @module
 */
import type { LoggedOutView, LogoutView } from '../../logout.js'
import { evil, formOf, type PageSamples, user } from './parts.js'

const logout: LogoutView = {
  page: 'logout',
  form: formOf('logout'),
  subjectLabel: user,
  appsUrl: '/oauth/apps',
  here: true,
  everywhere: true,
  again: false,
}

export const logoutSamples: PageSamples = {
  page: 'logout',
  samples: [
    { name: 'here and everywhere', view: logout },
    { name: 'only here', view: { ...logout, everywhere: false } },
    { name: 'only everywhere', view: { ...logout, here: false } },
    {
      name: 'asked by an app',
      view: {
        ...logout,
        appsToo: true,
        asker: { name: 'Bookshop & Sons' },
        stayUrl: 'https://app.example/bye?from=a&to=b',
      },
    },
    { name: 'for a stranger', view: { ...logout, subjectLabel: evil } },
    { name: 'in Arabic', view: logout, language: 'ar' },
  ],
  differences: [
    {
      name: 'says that nobody was logged out yet',
      views: [logout, { ...logout, again: true }],
      missing:
        'with view.again the page says the same as without. Say that they are still logged in (messages.logout.again).',
    },
  ],
}

const loggedOut: LoggedOutView = { page: 'logged_out', loginUrl: '/oauth/apps', homeUrl: '/?from=logout&to=home' }

export const loggedOutSamples: PageSamples = {
  page: 'logged_out',
  samples: [
    { name: 'after it', view: loggedOut },
    { name: 'in Arabic', view: loggedOut, language: 'ar' },
  ],
  differences: [],
}
