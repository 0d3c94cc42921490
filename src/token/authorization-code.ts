/**
 * The grant type authorization_code: a code is redeemed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 §4.1.3}
 * @module
 */
import { grantFacts } from '../deployment/end-grant.js'
import { refusedError } from '../edge/refused-error.js'
import { REDEEM_ENTROPY, redeemCode } from '../grant/redeem-code.js'
import type { GrantType } from '../points/grant-type.js'
import { isPublicClient } from '../protocol/client-settings.js'
import { parseCode } from '../protocol/token-string.js'
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
    const issued = await step(code.grantId, REDEEM_ENTROPY, (grant, now, entropy) =>
      redeemCode(grant, input, now, entropy),
    )
    deployment.emit({ type: 'code_redeemed', ...grantFacts(issued.answer.grant) })
    return issued.response
  },
}
