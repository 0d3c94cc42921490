/**
 * The works, in the order of the tables.
 *
 * @module
 */
import { authorize } from './authorize.mjs'
import { clientCredentials } from './client-credentials.mjs'
import { code } from './code.mjs'
import { discovery, jwks } from './documents.mjs'
import { introspection } from './introspection.mjs'
import { passwordLogin } from './password-login.mjs'
import { privateKey } from './private-key.mjs'
import { refresh } from './refresh.mjs'
import { verify } from './verify.mjs'

/**
 * @typedef {{
 *   name: string,
 *   title: string,
 *   materialFor(units: number): number,
 *   begin(target: any, material: any): { lane(number: number, lanes: number): any, finish?(): Promise<void> },
 * }} Work `materialFor`: how many of what the load needs the server is to prepare for so many units
 */

/** @type {Work[]} */
export const works = [
  clientCredentials('jwt'),
  code('jwt'),
  refresh('jwt'),
  clientCredentials('opaque'),
  code('opaque'),
  refresh('opaque'),
  introspection('opaque'),
  introspection('jwt'),
  authorize,
  verify,
  code('jwt', { name: 'id-token', title: 'Code and PKCE redeemed, jwt, with an ID token', idToken: true }),
  privateKey,
  code('jwt', { name: 'document-jwt', title: 'Code and PKCE redeemed by a client with a metadata document, jwt' }),
  passwordLogin,
  discovery,
  jwks,
]

export function workNamed(name) {
  const work = works.find((one) => one.name === name)
  if (!work) throw new Error(`There is no work ${name}. There are: ${works.map((one) => one.name).join(', ')}.`)
  return work
}
