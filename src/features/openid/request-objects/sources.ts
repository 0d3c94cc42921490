/**
 * Request objects: an authorization request that the client has signed, in the request itself or at a URL that the client has registered.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests OpenID Connect Core §6}
 * @module
 */
import { type ClientKeys, clientKeys } from '../../../client-keys/client-keys.js'
import type { Client } from '../../../clients/client.js'
import type { Asker } from '../../../clients/sources.js'
import type { Deployment } from '../../../deployment/deployment.js'
import { type DocumentsOptions, guardedDocuments, guardedTexts } from '../../../guarded-fetch/documents.js'
import { readJws } from '../../../keys/jws.js'
import type { RequestSource, SourceFound, SourceRefused } from '../../../points/request-source.js'
import { listed, quoted } from '../../../protocol/hint.js'
import { joseType } from '../../../protocol/jose-type.js'
import { parseJsonObject } from '../../../protocol/json-object.js'
import { perServer } from '../../../runtime/per-server.js'
import { readRequestObject } from '../rules/request-object.js'
import { requestObjectAlgorithmOf, requestObjectAlgorithms, requestUrisOf, withoutFragment } from './fields.js'

/** @param documents null when nothing is fetched: then keys are those in the client's `jwks`, and there is no `request_uri`. */
export function requestObjectSources(documents: DocumentsOptions | null): readonly RequestSource[] {
  const keysOf = perServer(({ now }: Deployment) => clientKeys(documents && guardedDocuments(documents, { now }), now))
  const byValue: RequestSource = {
    parameter: 'request',
    read: (value, client, from, deployment) => readObject(value, client, from, deployment, keysOf(deployment)),
  }
  if (!documents) return [byValue]
  const textsOf = perServer(({ now }: Deployment) => guardedTexts(documents, { now }))
  const byReference: RequestSource = {
    parameter: 'request_uri',
    async read(uri, client, from, deployment) {
      const registered = requestUrisOf(client)
      // §6.2: registered beforehand. So nobody makes this server fetch what they like.
      if (!registered.includes(uri)) {
        const hint = `Received ${quoted(uri)}; registered: ${listed(registered)}.`
        return refused('invalid_request_uri', 'request_uri is not registered for this client.', 'uri', hint)
      }
      const fetched = await textsOf(deployment).get(withoutFragment(uri), { address: from.address })
      if (!fetched.ok) {
        const hint = `It gave none: ${quoted(fetched.detail)}.`
        return refused('invalid_request_uri', 'There is no request object at request_uri.', 'uri', hint)
      }
      return readObject(fetched.json, client, from, deployment, keysOf(deployment))
    },
  }
  return [byValue, byReference]
}

async function readObject(
  text: string,
  client: Client,
  from: Asker,
  deployment: Deployment,
  keys: ClientKeys,
): Promise<SourceFound | SourceRefused> {
  const wrong = (what: string, reason: string, hint?: string) => refused('invalid_request_object', what, reason, hint)
  const jws = readJws(text)
  if (!jws) return wrong('The request object is no signed JWT.', 'form')
  const { alg, typ, crit } = jws.header
  const wanted = requestObjectAlgorithmOf(client)
  const algorithm = requestObjectAlgorithms.find((known) => known === alg && (wanted === undefined || known === wanted))
  // Registration §2: what the client is registered with, and nothing else; unsigned ones for nobody.
  if (!algorithm) {
    const right = wanted === undefined ? requestObjectAlgorithms.join(', ') : String(wanted)
    return wrong(
      'The request object is not signed with an algorithm that this client may use.',
      'algorithm',
      `Received ${quoted(String(alg))}; right would be ${right}.`,
    )
  }
  // RFC 7515 §4.1.11, RFC 9101 §10.8: other kinds of tokens say that they are.
  if (crit !== undefined || !isType(typ))
    return wrong('The request object has a header that is not understood.', 'header')
  const problem = await keys.problemWith(client, jws, algorithm, { address: from.address })
  if (problem)
    return wrong('The signature of the request object is not one of this client.', problem.problem, problem.hint)
  const claims = parseJsonObject(jws.payload)
  if (!claims) return wrong('The request object is no JSON object.', 'form')
  const { settings, now } = deployment
  const read = readRequestObject(claims, { clientId: client.client_id, issuer: settings.issuer, now: now() })
  return typeof read === 'string' ? wrong(read, 'claims') : { ...read, isWhole: joseType(typ) === OWN_TYPE }
}

/** RFC 9101 §10.8 has a type of its own, for objects that have the whole request; OpenID Connect has none. */
const isType = (typ: unknown): boolean => typ === undefined || joseType(typ) === 'jwt' || joseType(typ) === OWN_TYPE
const OWN_TYPE = 'oauth-authz-req+jwt'

const refused = (error: SourceRefused['error'], description: string, reason: string, hint?: string): SourceRefused => ({
  error,
  description,
  reason: `openid:request_${reason}`,
  hint,
})
