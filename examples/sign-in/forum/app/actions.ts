'use server'

import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { getToken } from 'next-auth/jwt'
import { signIn, signOut } from '../auth'

const { ISSUER, AUTH_URL = '', AUTH_SECRET } = process.env

export const logIn = async () => signIn('accounts', { redirectTo: '/' })

/** Here, and then at the provider, which tells the other apps. */
export async function logOut() {
  const secureCookie = AUTH_URL.startsWith('https:')
  const token = await getToken({ req: { headers: await headers() }, secret: AUTH_SECRET, secureCookie })
  await signOut({ redirect: false })
  const { end_session_endpoint } = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json()
  const asked = new URLSearchParams({ client_id: 'forum', post_logout_redirect_uri: `${AUTH_URL}/` })
  if (token) asked.set('id_token_hint', String(token.idToken))
  redirect(`${end_session_endpoint}?${asked}`)
}
