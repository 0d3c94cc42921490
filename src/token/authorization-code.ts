/**
 * The grant type authorization_code: a code is redeemed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 §4.1.3}
 * @module
 */
import { grantFacts } from '../deployment/end-grant.js'
import type { Presentation } from '../deployment/under-way.js'
import { refusedError } from '../edge/refused-error.js'
import { type Issued, REDEEM_ENTROPY, type RedeemCode, redeemCode } from '../grant/redeem-code.js'
import type { Grant } from '../grant/state.js'
import type { Step } from '../grant/step.js'
import type { GrantType } from '../points/grant-type.js'
import { isPublicClient, mayOmitPkce } from '../protocol/client-settings.js'
import { parseCode, secretHash } from '../protocol/token-string.js'
import { accessChoice, required } from './form.js'

export const authorizationCode: GrantType = {
  name: 'authorization_code',
  publicClients: true,
  startsGrants: true,
  async answer(request) {
    const { client, confirmation, deployment, form, step } = request
    const { settings } = deployment
    const code = parseCode(required(form, 'code'))
    if (!code) throw refusedError('forged')
    const input = {
      by: { issuer: settings.issuer, clientId: client.client_id },
      code,
      redirectUri: form.get('redirect_uri'),
      verifier: form.get('code_verifier'),
      mayOmitPkce: mayOmitPkce(client),
      // RFC 6749 §4.1.3: no scope here; the code has the scope that was approved.
      choice: accessChoice(request, undefined),
      refresh: client.grant_types.includes('refresh_token')
        ? {
            idleLifetime: settings.refreshIdleLifetime,
            // RFC 9449 §5, RFC 8705 §4: a confidential client proves itself at each refresh anyway.
            jkt: isPublicClient(client) ? (confirmation?.thumbprint ?? null) : null,
          }
        : null,
    }
    const one = deployment.redeeming.enter(secretHash('code', code.secret))
    try {
      const issued = await step(code.grantId, REDEEM_ENTROPY, presentation(input, one))
      deployment.emit({ type: 'code_redeemed', ...grantFacts(issued.answer.grant) })
      return issued.response
    } finally {
      one.leave()
    }
  },
}

/**
 * The steps of one presentation of a code, which takes another one when its swap is lost. One that has found the code unspent and lost the swap
 * has crossed with the other, too, whichever process that came to.
 *
 * @param here what this process knows of others.
 */
export function presentation(
  input: Omit<RedeemCode, 'isCrossing'>,
  here?: Pick<Presentation, 'crosses' | 'spends'>,
): (grant: Grant, now: number, entropy: Uint8Array) => Step<Issued> {
  let wasUnspent = false
  return (grant, now, entropy) => {
    const isCrossing = wasUnspent || (here?.crosses() ?? false)
    const step = redeemCode(grant, { ...input, isCrossing }, now, entropy)
    wasUnspent ||= grant.status === 'code_issued'
    if (step.answer.ok) here?.spends()
    return step
  }
}
