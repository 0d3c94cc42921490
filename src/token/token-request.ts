/**
 * What a grant type is handed: the request, and the loop that issues.
 *
 * @module
 */
import { TOKEN_ID_BYTES } from '../access-token/access-token.js'
import { OAuthError } from '../edge/errors.js'
import { isOverdue } from '../edge/in-time.js'
import { refusedError } from '../edge/refused-error.js'
import type { TokenRequest } from '../points/grant-type.js'
import type { Deployed } from '../points/tables.js'
import { chooseAccess } from '../protocol/choose-access.js'
import { listed } from '../protocol/hint.js'
import { leftOutHint } from '../protocol/left-out.js'
import { requestedAccess } from '../protocol/requested-access.js'
import { digest, encodeBase64url } from '../runtime/hash.js'
import type { Sender } from '../storage/advance.js'
import { oneResource } from './form.js'
import { type Asked, issueAlone, issueFromGrant } from './issue.js'

export function tokenRequest(deployment: Deployed, asked: Asked): TokenRequest {
  const { client, form, http, confirmation } = asked
  return {
    client,
    form,
    http,
    confirmation,
    deployment,
    access() {
      const { beside, defaultResource, resourceList, asConfigured } = deployment.settings
      const resource = oneResource(form, deployment)
      const asked = { resources: form.resources, scope: form.get('scope') }
      const found = requestedAccess(asked, client, resourceList, asConfigured)
      if (!found.ok) throw new OAuthError(found.error, found.description, { reason: found.reason, hint: found.hint })
      const left = leftOutHint(asked.scope, found.access)
      if (left) deployment.emit({ type: 'scope_left_out', endpoint: 'token', clientId: client.client_id, hint: left })
      const access = chooseAccess(found.access, { resource, scope: undefined, defaultResource, beside })
      if (typeof access === 'string')
        throw refusedError(
          access,
          `The resources that may be had are ${listed(found.access.map(({ resource }) => resource))}.`,
        )
      return access
    },
    step(grantId, entropy, decide, { repeats = false } = {}) {
      const random = deployment.randomBytes(entropy + TOKEN_ID_BYTES)
      const tokenId = encodeBase64url(random.subarray(entropy))
      const fresh = random.subarray(0, entropy)
      const sender: Sender = {
        unsent: repeats ? null : deployment.unsent,
        fingerprint: () => fingerprintOf(deployment, asked),
        isOverdue: () => isOverdue(http),
      }
      return issueFromGrant(
        deployment,
        asked,
        grantId,
        tokenId,
        (grant) => decide(grant, deployment.now(), fresh),
        sender,
      )
    },
    alone: (token) => issueAlone(deployment, asked, token),
  }
}

/** Everything that makes a token request what it is, but for the proof of who sent it, which may be another each time. */
function fingerprintOf({ tables }: Deployed, { client: { client_id }, form, confirmation }: Asked): string {
  const proofs = tables.clientAuthentication.flatMap(({ parameters = [] }) => parameters)
  const decisive = form
    .names()
    .filter((name) => !proofs.includes(name))
    .sort()
  // Whoever proves another key, or none, asks for other tokens; and nobody gets by a kept answer around the key that a grant is bound to.
  const key = confirmation && [confirmation.member, confirmation.thumbprint]
  return digest(JSON.stringify([client_id, decisive.map((name) => [name, form.get(name)]), form.resources, key]))
}
