/** Every authorization request with and without PKCE, of every kind of client, with every redemption of what comes of it. */
import { expect, it } from 'vitest'
import { redeemCode } from '../../src/grant/redeem-code.js'
import { mayOmitPkce } from '../../src/protocol/client-settings.js'
import {
  approval,
  approved,
  bytes,
  callback,
  challenge,
  redeeming,
  start,
  verifier,
  wrongVerifier,
} from '../grant/fixtures.js'
import { type ClientKind, pkceAsked, settingsOf } from './pkce-asked.js'

const kinds: ClientKind[] = [true, false].flatMap((isPublic) =>
  [true, false].map((allowed) => ({ public: isPublic, allowed })),
)
const challenges = [undefined, '', challenge, 'x'.repeat(43), 'too short'] as const
const methods = [undefined, '', 'S256', 'plain'] as const
const verifiers = [undefined, verifier, wrongVerifier, 'malformed'] as const
const redirectUris = [undefined, callback, 'https://evil.example/callback'] as const

it('only what was bound by a challenge, or by a secret and a redirect URI where that was allowed all along, gives tokens', () => {
  const found = { requests: 0, accepted: 0, bound: 0, exempt: 0, refused: new Set<string>() }
  for (const kind of kinds)
    for (const code_challenge of challenges)
      for (const code_challenge_method of methods) {
        const sent = { code_challenge, code_challenge_method }
        const parameters = Object.entries(sent).filter((pair): pair is [string, string] => pair[1] !== undefined)
        const pkce = pkceAsked(kind, Object.fromEntries(parameters))
        found.requests++
        const hasChallenge = code_challenge === challenge || code_challenge === 'x'.repeat(43)
        const isBound = hasChallenge && code_challenge_method === 'S256'
        // RFC 6749 §3.1: an empty parameter is one that was left out.
        const isLetOff = !code_challenge && !code_challenge_method && kind.allowed && !kind.public
        expect(pkce !== null, JSON.stringify({ kind, sent })).toBe(isBound || isLetOff)
        if (!pkce) continue
        found.accepted++
        expect(pkce).toEqual(isBound ? { challenge: code_challenge } : { exempt: true })
        const grant = approved({ code: { ...approval.code, pkce } })
        for (const later of kinds)
          for (const sentVerifier of verifiers)
            for (const redirectUri of redirectUris) {
              const input = redeeming({
                verifier: sentVerifier,
                redirectUri,
                mayOmitPkce: mayOmitPkce(settingsOf(later)),
              })
              const { answer, grant: after } = redeemCode(grant, input, start, bytes(48, 1))
              const byVerifier =
                code_challenge === challenge && sentVerifier === verifier && redirectUri !== redirectUris[2]
              const byRedirectUri = sentVerifier === undefined && redirectUri === callback
              const isRight = isBound ? byVerifier : byRedirectUri && later.allowed && !later.public
              expect(answer.ok, JSON.stringify({ kind, sent, later, sentVerifier, redirectUri })).toBe(isRight)
              if (answer.ok) found[isBound ? 'bound' : 'exempt']++
              else {
                found.refused.add(answer.refusal)
                // Nothing but a count of wrong verifiers is written.
                if (answer.refusal !== 'verifier_mismatch') expect(after).toBe(grant)
              }
            }
      }
  expect(found).toMatchObject({ requests: 80, accepted: 12, bound: 32, exempt: 4 })
  expect([...found.refused].sort()).toEqual([
    'exemption_ended',
    'redirect_uri_mismatch',
    'redirect_uri_missing',
    'verifier_malformed',
    'verifier_mismatch',
    'verifier_missing',
    'verifier_unexpected',
  ])
})
