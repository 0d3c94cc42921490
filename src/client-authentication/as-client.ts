/**
 * What the endpoints that clients call have in common: the form, and who sent it.
 *
 * @module
 */
import { OAuthError } from '../edge/errors.js'
import { readForm, refuseProblems } from '../edge/form.js'
import type { AsClient } from '../points/feature.js'
import type { Deployed } from '../points/tables.js'
import { MAX_ACCESS_TOKEN_LENGTH } from '../protocol/token-string.js'
import { authenticateClient } from './authenticate.js'

/** Answers forms of authenticated clients. A refusal names the client, for the event, as soon as it is known. */
export const clientsOf =
  (deployment: Deployed): AsClient =>
  async (request, answer) => {
    const form = refuseProblems(await readForm(request, { longest: MAX_ACCESS_TOKEN_LENGTH }))
    const client = await authenticateClient(request, form, deployment)
    try {
      return await answer(client, form)
    } catch (error) {
      throw error instanceof OAuthError ? error.by(client.client_id) : error
    }
  }
