/**
 * What the endpoints that clients call have in common: the form, and who sent it.
 *
 * @module
 */

import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import { OAuthError } from '../edge/errors.js'
import { readForm, refuseProblems } from '../edge/form.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import type { Parameters } from '../protocol/parameters.js'
import { authenticateClient } from './authenticate.js'

/**
 * Answers a form of an authenticated client.
 *
 * @throws {OAuthError} which names the client, for the event, as soon as it is known.
 */
export async function asClient(
  deployment: Deployment,
  request: HttpRequest,
  answer: (client: Client, form: Parameters) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const form = refuseProblems(await readForm(request))
  const client = await authenticateClient(request, form, deployment)
  try {
    return await answer(client, form)
  } catch (error) {
    throw error instanceof OAuthError ? error.by(client.client_id) : error
  }
}
