import { createAuthorizationServer, passwordLogin } from 'grantwright'
import { openid } from 'grantwright/openid'
import { sqliteStorage } from 'grantwright/storage/sqlite'
import Database from 'libsql'
import { file, forum, provider, reader, secrets } from '../settings.js'
import { findUser, profileOf, savePasswordHash } from './users.js'

export const auth = createAuthorizationServer({
  issuer: provider.url,
  storage: sqliteStorage(new Database(file)),
  secret: secrets.provider,
  users: passwordLogin({
    find: findUser,
    save: savePasswordHash,
    claims(subject, context) {
      const profile = profileOf(subject) // null ends the access of apps to a user who is gone
      // UserInfo tells an app what people let it know of this. An access token would have all of it.
      return profile && context.for === 'access_token' ? {} : profile
    },
  }),
  // The apps that are told when somebody logs out, though they are on this machine.
  features: [openid({ documents: { allowOrigins: [forum.url, reader.url] } })],
  clients: [
    {
      client_id: 'forum',
      client_name: 'Forum',
      client_secret: secrets.forumClient,
      first_party: true, // an app of your own: nobody is asked, neither at the login nor at the logout
      grant_types: ['authorization_code'], // who has logged in is all that it wants
      redirect_uris: [`${forum.url}/api/auth/callback/accounts`],
      post_logout_redirect_uris: [`${forum.url}/`],
      backchannel_logout_uri: `${forum.url}/api/backchannel-logout`,
    },
    {
      client_id: 'reader',
      client_name: 'Reader', // somebody else's app: people see what it learns, and agree
      token_endpoint_auth_method: 'none', // a page cannot keep a secret: PKCE protects it
      redirect_uris: [`${reader.url}/`],
      post_logout_redirect_uris: [`${reader.url}/`],
      backchannel_logout_uri: `${reader.url}/backchannel-logout`,
    },
  ],
})
