import { decodeJwt } from 'jose'
import NextAuth from 'next-auth'
import { isEnded } from '../shared/ended-sessions'

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    {
      id: 'accounts',
      name: 'Accounts',
      type: 'oidc',
      issuer: process.env.ISSUER,
      clientId: 'forum',
      clientSecret: process.env.CLIENT_SECRET,
      checks: ['pkce', 'state', 'nonce'],
      idToken: false, // name and email are in UserInfo
    },
  ],
  callbacks: {
    jwt({ token, account }) {
      // `account` is there at the login alone. The ID token goes along at the logout; `sid` is the provider's name for this session.
      if (account?.id_token) return { ...token, idToken: account.id_token, sid: decodeJwt(account.id_token).sid }
      return isEnded(token.sid) ? null : token
    },
  },
})
