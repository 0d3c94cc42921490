/**
 * Why the grant machine says no: rich for logs, poor on the wire. Pure data.
 *
 * @module
 */

export type Refusal =
  /** Another server's grant, or another client's credential. */
  | 'issuer_mismatch'
  | 'client_mismatch'
  /** Not this grant's credential: guessed, garbled, or of a kind that the grant does not have. */
  | 'forged'
  | 'expired'
  | 'revoked'
  /** Genuine and spent: the grant has just ended. */
  | 'replayed'
  /** Genuine and spent moments ago, but refreshed too often since to be retried: nothing has ended. */
  | 'crowded_out'
  /** Genuine and spent by a request that was under way at the same time: nothing has ended. */
  | 'crossed'
  | 'redirect_uri_missing'
  | 'redirect_uri_mismatch'
  /** The code has no challenge, and its client needs one by now. */
  | 'exemption_ended'
  | 'verifier_missing'
  | 'verifier_malformed'
  | 'verifier_unexpected'
  | 'verifier_mismatch'
  /** Bound to a key whose possession was not proved. */
  | 'key_mismatch'
  | 'invalid_target'
  | 'invalid_scope'

interface WireError {
  readonly code: 'invalid_grant' | 'invalid_request' | 'invalid_scope' | 'invalid_target'
  readonly description: string
  /** For the operator, where something can be done about it. Never sent. */
  readonly hint?: string
}

// Every bad credential reads alike on the wire, so that guessing teaches nothing.
const badCredential: WireError = {
  code: 'invalid_grant',
  description: 'The code or token is not valid: unknown, expired, revoked, used already, or issued to somebody else.',
}

/** What the client may learn. RFC 6749 §5.2, RFC 8707 §2. */
export const wireError: { readonly [reason in Refusal]: WireError } = {
  issuer_mismatch: {
    ...badCredential,
    hint: 'It was issued under another issuer: several servers share this storage.',
  },
  client_mismatch: { ...badCredential, hint: 'It was issued to another client.' },
  forged: badCredential,
  expired: badCredential,
  revoked: badCredential,
  replayed: {
    ...badCredential,
    hint: 'It was spent before, so the grant has ended: somebody else has it, or the client does not keep the newest one.',
  },
  crowded_out: { ...badCredential, hint: 'The client refreshes very often with a token that it should have replaced.' },
  crossed: badCredential,
  redirect_uri_missing: {
    code: 'invalid_grant',
    description: 'redirect_uri must repeat the one of the authorization request.',
    hint: 'Without PKCE nothing else binds the code.',
  },
  redirect_uri_mismatch: badCredential,
  exemption_ended: {
    code: 'invalid_grant',
    description: 'The authorization request had no code_challenge, and PKCE is required of this client now.',
  },
  verifier_missing: {
    code: 'invalid_grant',
    description: 'code_verifier is missing (RFC 7636).',
    hint: 'The client does PKCE, and does not send or keep the verifier.',
  },
  verifier_malformed: {
    code: 'invalid_request',
    description: 'code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 section 4.1).',
  },
  verifier_unexpected: {
    code: 'invalid_grant',
    description: 'code_verifier was sent, but the authorization request had no code_challenge.',
  },
  verifier_mismatch: { ...badCredential, hint: 'code_verifier is not the one that the code_challenge was made of.' },
  key_mismatch: { ...badCredential, hint: 'The token is bound to another key than the one that was proved.' },
  invalid_target: {
    code: 'invalid_target',
    description: 'resource must name exactly one of the resources that were granted.',
  },
  invalid_scope: { code: 'invalid_scope', description: 'The scope must lie within what was granted for the resource.' },
}
