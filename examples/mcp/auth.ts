import { passwordLogin } from 'grantwright'
import { protectMcp } from 'grantwright/mcp'
import { sqliteStorage } from 'grantwright/storage/sqlite'
import Database from 'libsql'
import { file, issuer } from './settings.js'
import { findUser, hasUser, savePasswordHash } from './users.js'

export const { auth, api } = protectMcp({
  issuer,
  endpoint: `${issuer}/mcp`, // what people give to their MCP client
  name: 'Notes',
  // In the words of the consent page. A client asks for what is not on request first, and for the rest when a tool needs it.
  scopes: { 'notes:read': 'Read your notes', 'notes:write': { text: 'Add notes', onRequest: true } },
  storage: sqliteStorage(new Database(file)),
  secret: process.env.AUTH_SECRET,
  users: passwordLogin({
    find: findUser,
    save: savePasswordHash,
    // Asked for every token: null ends the access of clients to a user who is gone.
    claims: (subject) => (hasUser(subject) ? {} : null),
  }),
})
