/**
 * `id_token_hint`: an ID token that a client has got earlier, sent back to say who is meant. Only a genuine one counts: it tells nobody more than they
 * knew.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core §3.1.2.1}
 * @module
 */
import type { Deployment } from '../../deployment/deployment.js'
import { readJws, verifyJws } from '../../keys/jws.js'
import { type JsonObject, parseJsonObject } from '../../protocol/json-object.js'
import { ID_TOKEN_TYPE } from './id-token.js'

/** What an ID token of this server says. */
export interface Hint {
  readonly clientId: string
  readonly subject: string
  readonly sid: string | undefined
}

/** Null when it is no ID token of this server. It may have expired. */
export async function readHint(text: string, { keyring, settings }: Deployment): Promise<Hint | null> {
  const verified = await verifyJws(text, (kid) => keyring.find(kid), ID_TOKEN_TYPE)
  const claims = verified && parseJsonObject(verified.payload)
  return claims && hintIn(claims, settings.issuer)
}

/**
 * What a token says whose key is not published any more: nothing in it is believed.
 *
 * @returns null when its key is known, so that it is genuine or is not, and when it is not even alike.
 */
export async function readOldHint(text: string, { keyring, settings }: Deployment): Promise<Hint | null> {
  const jws = readJws(text)
  if (typeof jws?.header.kid !== 'string' || (await keyring.find(jws.header.kid))) return null
  const claims = parseJsonObject(jws.payload)
  return claims && hintIn(claims, settings.issuer)
}

function hintIn({ iss, aud, sub, sid, exp, iat }: JsonObject, issuer: string): Hint | null {
  if (iss !== issuer || typeof aud !== 'string' || typeof sub !== 'string') return null
  // What UserInfo has signed is of the same type, and no ID token: it has no time.
  if (typeof exp !== 'number' || typeof iat !== 'number') return null
  return { clientId: aud, subject: sub, sid: typeof sid === 'string' ? sid : undefined }
}

/** Whom it speaks of; null when it is no ID token of this server for this client. */
export async function hintedSubject(text: string, clientId: string, deployment: Deployment): Promise<string | null> {
  const hint = await readHint(text, deployment)
  return hint?.clientId === clientId ? hint.subject : null
}
