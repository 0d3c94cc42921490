/**
 * The grant type refresh_token.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 §6}
 * @module
 */
import { grantFacts } from '../deployment/end-grant.js'
import { refusedError } from '../edge/refused-error.js'
import { REFRESH_ENTROPY, refresh } from '../grant/refresh.js'
import type { GrantType } from '../points/grant-type.js'
import { isPublicClient } from '../protocol/client-settings.js'
import { parseScope } from '../protocol/scope.js'
import { parseRefreshToken } from '../protocol/token-string.js'
import { accessChoice, required } from './form.js'

export const refreshToken: GrantType = {
  name: 'refresh_token',
  publicClients: true,
  async answer(request) {
    const { client, confirmation, deployment, form, step } = request
    const { settings } = deployment
    const presented = parseRefreshToken(required(form, 'refresh_token'))
    if (!presented) throw refusedError('forged')
    const requestedScope = parseScope(form.get('scope') ?? '')
    if (!requestedScope) throw refusedError('invalid_scope')
    const input = {
      by: { issuer: settings.issuer, clientId: client.client_id },
      token: presented,
      jkt: confirmation?.thumbprint ?? null,
      choice: accessChoice(request, requestedScope.length > 0 ? requestedScope : undefined),
      rules: {
        // RFC 9700 §2.2.2: refresh tokens of public clients are rotated.
        rotate: isPublicClient(client) || client.rotate_refresh_tokens,
        retryWindow: settings.retryWindow,
        idleLifetime: settings.refreshIdleLifetime,
        peppers: deployment.peppers,
      },
    }
    const issued = await step(
      presented.grantId,
      REFRESH_ENTROPY,
      (grant, now, entropy) => refresh(grant, input, now, entropy),
      // Within the window a token that is presented again gets its successor again, from any instance and in any number of tabs.
      { repeats: settings.retryWindow > 0 },
    )
    const { grant, retried, presented: generation } = issued.answer
    deployment.emit({ type: retried ? 'refresh_retried' : 'refreshed', generation, ...grantFacts(grant) })
    return issued.response
  },
}
