import { createAuthorizationServer, passwordLogin } from 'grantwright'
import { sqliteStorage } from 'grantwright/storage/sqlite'
import Database from 'libsql'
import { file, issuer } from './settings'
import { findUser, hasUser, savePasswordHash } from './users'

export const auth = createAuthorizationServer({
  issuer,
  storage: sqliteStorage(new Database(file)),
  secret: process.env.AUTH_SECRET,
  users: passwordLogin({
    find: findUser,
    save: savePasswordHash,
    // Asked for every token: null ends the access of apps to a user who is gone.
    claims: (subject) => (hasUser(subject) ? {} : null),
  }),
  resources: {
    [`${issuer}/api`]: {
      // In the words of the consent page.
      scopes: { 'notes:read': 'Read your notes', 'notes:write': { text: 'Add notes', optional: true } },
    },
  },
  clients: [
    {
      client_id: 'notes-page',
      client_name: 'Notes page',
      token_endpoint_auth_method: 'none', // a page cannot keep a secret: PKCE protects it
      redirect_uris: [`${issuer}/`],
    },
  ],
})
