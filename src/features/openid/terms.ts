/**
 * What an authentication request adds to what is approved: that the person logs in at the client, and single claims.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core §3.1.2.1}
 * @module
 */
import type { Deployment } from '../../deployment/deployment.js'
import type { Term, TermRequest } from '../../points/term.js'
import { TermRefused } from '../../protocol/terms.js'
import { idTokenMember } from './id-token.js'
import { hintedSubject } from './id-token-hint.js'
import type { ClientSessions } from './logout/client-sessions.js'
import type { OpenIdSettings } from './options.js'
import { namesOf, readSignIn, type SignIn } from './rules/authentication-request.js'
import {
  coversClaims,
  isWithinScope,
  namesIn,
  onlyClaims,
  parseClaimsParameter,
  type RequestedClaims,
  voluntaryNames,
} from './rules/claims-parameter.js'
import { claimsTermName, signInTermName } from './rules/term-names.js'
import { sharedWords, wordsForClaims } from './words.js'

/** Whether the request is OpenID Connect's at all: by the scope that was asked for. */
const isAuthentication = ({ access }: Pick<TermRequest, 'access'>): boolean =>
  access.some(({ scope }) => scope.includes('openid'))

/** That the person logs in at the client, with what belongs to this one time. */
export const signInTerm = (
  settings: OpenIdSettings,
  sessionsOf: (deployment: Deployment) => ClientSessions,
): Term<SignIn> => ({
  name: signInTermName,
  // `display` and `claims_locales` may be ignored; here so that no other feature gives them a meaning.
  parameters: ['nonce', 'id_token_hint', 'acr_values', 'display', 'claims_locales'],
  incidental: true,
  parse: (asked) => (isAuthentication(asked) ? readSignIn(asked) : undefined),
  async complete(signIn, asked, deployment) {
    const hint = asked.get('id_token_hint')
    if (hint === undefined) return signIn
    const subject = await hintedSubject(hint, asked.client.client_id, deployment)
    if (subject === null) {
      return new TermRefused(
        'invalid_request',
        'id_token_hint is no ID token that this server has issued to this client.',
        {
          reason: 'openid:id_token_hint',
          hint: 'Right would be the last ID token that this very client has got; an expired one will do as long as its key is published.',
        },
      )
    }
    if (signIn.subject !== undefined && signIn.subject !== subject) {
      return new TermRefused('invalid_request', 'id_token_hint and the claim sub speak of different users.', {
        reason: 'openid:id_token_hint',
      })
    }
    return { ...signIn, subject }
  },
  demand: ({ subject, acr, maxAge, needsTime }) => ({ subject, acr, maxAge, needsTime }),
  async approve(signIn, { client, deployment, ...here }) {
    return { ...signIn, sid: await sessionsOf(deployment).begin(client, here) }
  },
  members: (value, issue) => idTokenMember(value, issue, settings),
})

/** `claims`: what is granted of the parameter. */
export const claimsTerm: Term<RequestedClaims> = {
  name: claimsTermName,
  parameters: ['claims'],
  parse(asked) {
    const text = asked.get('claims')
    if (text === undefined || !isAuthentication(asked)) return undefined
    const read = parseClaimsParameter(text)
    if (read instanceof TermRefused) return read
    const { scope: limit } = asked.client
    // What the scope asks for, too, is the scope's: whoever unticks that has said no. What the client may not ask for is left out.
    return onlyClaims(
      read.told,
      (name) => !isWithinScope(name, namesOf(asked.access)) && (!limit || isWithinScope(name, limit)),
    )
  },
  words: (value, locale) => wordsForClaims(namesIn(value), locale),
  // §5.5.1: what is not essential is voluntary.
  parts: {
    beside: 'openid',
    of: voluntaryNames,
    text: (name, locale) => wordsForClaims([name], locale).join(' '),
    without: (value, names) => onlyClaims(value, (name) => !names.includes(name)),
  },
  covers: coversClaims,
}

/** The APIs whose tokens UserInfo takes: who agreed to that for some has not for others. */
export const sharedTerm: Term<readonly string[]> = {
  name: 'openid_shared',
  parse(asked) {
    const apis = asked.access.filter(({ scope }) => !scope.includes('openid')).map(({ resource }) => resource)
    return isAuthentication(asked) && apis.length > 0 ? apis.sort() : undefined
  },
  words: (_, locale) => [sharedWords(locale)],
  covers: (agreed, asked) => asked.every((resource) => agreed.includes(resource)),
}
