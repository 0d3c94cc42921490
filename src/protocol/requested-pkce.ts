/**
 * PKCE in an authorization request. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.3 RFC 7636 §4.3}
 * @module
 */
import { type ClientSettings, isPublicClient, mayOmitPkce } from './client-settings.js'
import { quoted } from './hint.js'
import type { Parameters } from './parameters.js'
import { isCodeChallenge, type Pkce } from './pkce.js'
import type { RequestRefusal } from './refusal-reason.js'

interface PkceProblem {
  readonly reason: RequestRefusal
  readonly description: string
  /** For the operator: what was received and what would have been right. */
  readonly hint?: string | undefined
}

/** A challenge binds the code, also where it could have been left out. */
export function readPkce(client: ClientSettings, parameters: Parameters): Pkce | PkceProblem {
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  if (challenge === undefined) {
    // A method without a challenge was meant as PKCE, and what it meant got lost.
    if (method === undefined && mayOmitPkce(client)) return { exempt: true }
    return {
      reason: 'challenge_missing',
      description: 'code_challenge is missing: PKCE is required.',
      hint: isPublicClient(client)
        ? switchOnPkce
        : `${switchOnPkce} If it has none, allow_missing_pkce in its record lets it do without.`,
    }
  }
  // RFC 7636 §4.3: without a method it would be plain, which does not exist here.
  if (method !== 'S256') {
    return {
      reason: 'challenge_method_wrong',
      description: 'code_challenge_method must be S256.',
      hint: method === undefined ? 'There is none.' : `Received code_challenge_method=${quoted(method)}.`,
    }
  }
  if (isCodeChallenge(challenge)) return { challenge }
  return {
    reason: 'challenge_malformed',
    description: 'code_challenge must be 43 characters of base64url.',
    hint: `Received code_challenge=${quoted(challenge)}.`,
  }
}

const switchOnPkce = 'Switch PKCE with S256 on in the client.'
