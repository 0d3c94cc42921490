/**
 * Views of the connected apps.
 *
 * @module
 */
import type { AppsView, ConnectedApp } from '../../apps.js'
import { details, evil, formOf, honest, optional, type PageSamples, read, user } from './parts.js'

const day = 86_400_000
const since = Date.UTC(2026, 0, 2)
const redirectHost = 'chat.example.com'
const device = 'Chrome on macOS'
const rights = [{ resource: 'https://api.example.com/', scopes: [read] }]
const apps: AppsView = {
  page: 'apps',
  form: formOf('apps'),
  subjectLabel: user,
  logoutUrl: '/oauth/logout',
  homeUrl: '/?from=apps&to=home',
  apps: [
    {
      clientId: 'notes',
      clientName: honest,
      rights,
      grants: [{ id: 'Zm9vYmFyYmF6cXV4cXV1eA', since, lastUsed: since + day, redirectHost: 'notes.example.com' }],
    },
    {
      clientId: 'https://chat.example.com/client?v=1&lt=2',
      clientName: 'Chat',
      rights: [{ resource: 'https://api.example.com/', scopes: [read, optional] }],
      grants: [
        { id: 'c29tZXRoaW5nLWVsc2UtMQ', since, lastUsed: since + 3 * day, redirectHost: 'localhost:8765', device },
        { id: 'c29tZXRoaW5nLWVsc2UtMg', since: since + day, lastUsed: since + 2 * day, redirectHost, rights },
      ],
    },
    { clientId: 'remembered', rights: [{ resource: 'https://plain.example.com/', scopes: [] }], grants: [] },
  ],
  more: false,
}

/** Where there are several logins, each has its own. */
const withDetails = (app: ConnectedApp): ConnectedApp => {
  const [, ...others] = app.grants
  if (others.length === 0) return { ...app, details: [`Open the folder "Drafts & plans" in ${app.clientId}`] }
  return { ...app, grants: app.grants.map((grant, i) => ({ ...grant, details: details.slice(i, i + 1) })) }
}
/** What its only login has counts, and no longer what the app had. */
const replaced: ConnectedApp = {
  clientId: 'replaced',
  rights,
  details: ['Open an older folder'],
  grants: [{ id: 'c29tZXRoaW5nLWVsc2UtMw', since, lastUsed: since, redirectHost, details: ['Open a newer folder'] }],
}

export const appsSamples: PageSamples = {
  page: 'apps',
  samples: [
    { name: 'with three apps', view: apps },
    { name: 'with more logins than are shown', view: { ...apps, more: true } },
    { name: 'with no app, after the last was revoked', view: { ...apps, apps: [], notice: 'revoked' } },
    {
      name: 'with one app, for people who log out elsewhere',
      view: { ...apps, apps: apps.apps.slice(0, 1), logoutUrl: undefined },
    },
    {
      name: 'with what features add to grants, and to a consent without one',
      view: {
        ...apps,
        apps: [...apps.apps.map(withDetails), replaced],
      },
    },
    {
      name: 'with names by a stranger',
      view: {
        ...apps,
        subjectLabel: evil,
        apps: [
          {
            clientId: 'stranger',
            clientName: evil,
            rights: [{ resource: 'https://api.example.com/', scopes: [{ name: 'x', text: evil }] }],
            grants: [
              {
                id: 'c3RyYW5nZXJzLWdyYW50MQ',
                since,
                lastUsed: since,
                redirectHost: evil,
                device: evil,
                details: [evil],
              },
            ],
          },
        ],
      },
    },
    { name: 'in Arabic', view: apps, language: 'ar' },
  ],
  differences: [
    {
      name: 'says that nothing was changed yet',
      views: [apps, { ...apps, notice: 'again' }],
      missing:
        "with view.notice = 'again' the page says the same as without. Say that nothing was changed yet (messages.apps.again).",
    },
    {
      name: 'says that access was revoked',
      views: [apps, { ...apps, notice: 'revoked' }],
      missing:
        "with view.notice = 'revoked' the page says the same as without. Say that it is done (messages.apps.revoked).",
    },
  ],
}
