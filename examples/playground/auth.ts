/**
 * The authorization server: the part to copy into an app.
 *
 * @module
 */
import { createAuthorizationServer, passwordLogin, type StaticClient, type Storage } from 'grantwright'
import type { Users } from './users.js'

/** What the notes API lets clients do, in the words of the consent page. */
export const scopes = {
  'notes:read': 'Read your notes',
  'notes:write': 'Write notes for you',
}

/** The name of the notes API: what clients ask for (`resource`) and tokens are for (`aud`). */
export const resourceOf = (issuer: string): string => `${issuer}/api`

/** Seconds. The default is 30; a demonstration should not make people wait that long. */
export const retryWindow = 5

export interface AuthOptions {
  readonly issuer: string
  readonly storage: Storage
  readonly users: Users
  readonly clients: readonly StaticClient[]
  readonly secret: string
  readonly now: () => number
}

export function createAuth({ issuer, storage, users, clients, secret, now }: AuthOptions) {
  return createAuthorizationServer({
    issuer,
    storage,
    users: passwordLogin({
      find: users.find,
      save: users.save,
      // Asked for every token that acts for a user: null ends the grant of somebody who is gone.
      claims: (subject) => (users.exists(subject) ? {} : null),
    }),
    resources: { [resourceOf(issuer)]: { scopes } },
    clients,
    // An http issuer on this machine would do without. An https one demands it: it wraps the signing keys in the database.
    secret,
    retryWindow,
    now,
  })
}
