/**
 * Every check, in the order in which clients meet what is checked.
 *
 * @module
 */
import { authentication } from './checks/authentication.js'
import { challenge } from './checks/challenge.js'
import { client } from './checks/client.js'
import { cookies } from './checks/cookies.js'
import { cors } from './checks/cors.js'
import { issuer } from './checks/issuer.js'
import { metadata } from './checks/metadata.js'
import { pkce } from './checks/pkce.js'
import { redirect } from './checks/redirect.js'
import { resource } from './checks/resource.js'
import { time } from './checks/time.js'
import { tls } from './checks/tls.js'
import { token } from './checks/token.js'
import type { Check } from './finding.js'

export const checks: readonly Check[] = [
  ...[challenge, resource, metadata, issuer, pkce, authentication, client, redirect, token, cors],
  ...[tls, cookies, time],
]
