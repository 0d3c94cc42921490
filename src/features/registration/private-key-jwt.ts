/**
 * Clients that prove themselves with a key of their own: `private_key_jwt`. The client signs a short-lived JWT for each request, and only its
 * public key is known here, so nothing that is stored or sent can be used by whoever sees it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523 §3}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication OpenID Connect Core §9}
 * @module
 */
import { type ClientKeys, clientKeys } from '../../client-keys/client-keys.js'
import { jwksField, jwksUriField } from '../../client-keys/fields.js'
import { readKeySet } from '../../client-keys/key-set.js'
import type { Deployment } from '../../deployment/deployment.js'
import { type DocumentsOptions, guardedDocuments } from '../../guarded-fetch/documents.js'
import { isSigningAlgorithm, type SigningAlgorithm, signingAlgorithms } from '../../keys/jwk.js'
import { readJws, type UnverifiedJws } from '../../keys/jws.js'
import type { ClientAuthentication, PresentedClient } from '../../points/client-authentication.js'
import type { Feature } from '../../points/feature.js'
import type { ClientSettings } from '../../protocol/client-settings.js'
import type { ClientField } from '../../protocol/client-vocabulary.js'
import { quoted } from '../../protocol/hint.js'
import { type JsonObject, parseJsonObject } from '../../protocol/json-object.js'
import { orList } from '../../protocol/spelling.js'
import { isRecord, mistake, refuseUnknown } from '../../runtime/option-checks.js'
import { perServer } from '../../runtime/per-server.js'
import { version } from '../../runtime/version.js'
import { claimedClient, judgeAssertion } from './rules/assertion.js'

export interface PrivateKeyJwtOptions {
  /**
   * Whom an assertion must be addressed to, as its only `aud`: the issuer or the token endpoint's URL, whichever the client uses; or the issuer alone,
   * as FAPI 2.0 wants it, so that nobody who has a client believe another token endpoint gets an assertion that counts here. Compared byte for
   * byte, and the same at revocation and introspection: the assertion is for the server, whichever endpoint gets it.
   *
   * @default 'issuer_or_token_endpoint'
   */
  readonly audience?: 'issuer_or_token_endpoint' | 'issuer' | undefined
  /** What assertions may be signed with. @default ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'] */
  readonly algorithms?: readonly SigningAlgorithm[] | undefined
  /**
   * How keys at a client's `jwks_uri` are fetched. `false`: not at all, and clients can only have `jwks`.
   *
   * @default fetched with a guard against addresses that are not public
   */
  readonly documents?: DocumentsOptions | false | undefined
}

const METHOD = 'private_key_jwt'
/** RFC 7523 §2.2. */
const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * Client authentication with a signed assertion. A client is registered for it with `token_endpoint_auth_method: 'private_key_jwt'`, and `jwks` or
 * `jwks_uri`.
 *
 * @example
 * createAuthorizationServer({
 *   // …
 *   features: [privateKeyJwt()],
 *   clients: [{ client_id: 'nightly', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] }, grant_types: ['client_credentials'] }],
 * })
 *
 * @throws {TypeError} when an option is wrong. Where the runtime cannot guard what it fetches, the server is not made without `documents`.
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions = {}): Feature {
  checkOptions(options)
  const { algorithms = usual, documents = {}, audience } = options
  const keysOf = perServer(({ now }: Deployment) =>
    clientKeys(documents === false ? null : guardedDocuments(documents, { now }), now),
  )
  return {
    name: 'privateKeyJwt',
    madeFor: version,
    clientAuthentication: [assertionWay(algorithms, audience, keysOf)],
    clientFields: [
      jwksField,
      ...(documents === false ? [] : [jwksUriField(documents.allowOrigins)]),
      signingAlgorithmField(algorithms),
    ],
    // RFC 8414 §2: required of each endpoint at which private_key_jwt is offered.
    metadata: {
      token_endpoint_auth_signing_alg_values_supported: algorithms,
      revocation_endpoint_auth_signing_alg_values_supported: algorithms,
      introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    },
    endpoints(server) {
      // None; but what cannot work here should show when the server is made.
      keysOf(server)
      return []
    },
  }
}

const usual: readonly SigningAlgorithm[] = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519']

function checkOptions(options: PrivateKeyJwtOptions): void {
  if (!isRecord(options)) throw mistake('privateKeyJwt takes options, or nothing. Write `privateKeyJwt()`.', options)
  refuseUnknown(options, ['audience', 'algorithms', 'documents'], 'privateKeyJwt')
  const { audience, algorithms, documents } = options
  if (audience !== undefined && audience !== 'issuer' && audience !== 'issuer_or_token_endpoint') {
    throw mistake("privateKeyJwt: audience must be 'issuer' or 'issuer_or_token_endpoint'.", audience)
  }
  const isList = Array.isArray(algorithms) && algorithms.length > 0 && algorithms.every(isSigningAlgorithm)
  if (algorithms !== undefined && !isList) {
    throw mistake(`privateKeyJwt: algorithms must be a list of ${signingAlgorithms.join(', ')}.`, algorithms)
  }
  if (documents !== undefined && documents !== false && !isRecord(documents)) {
    throw mistake(
      'privateKeyJwt: documents must be an object, or false. Leave it out to fetch with the guard.',
      documents,
    )
  }
}

interface PresentedAssertion extends PresentedClient {
  readonly jws: UnverifiedJws
  readonly claims: JsonObject
  readonly address: string | undefined
}

function assertionWay(
  allowed: readonly SigningAlgorithm[],
  audience: PrivateKeyJwtOptions['audience'],
  keysOf: (deployment: Deployment) => ClientKeys,
): ClientAuthentication<PresentedAssertion> {
  return {
    methods: [METHOD],
    parameters: ['client_assertion', 'client_assertion_type'],

    checkClient({ fields = {} }) {
      const { jwks, jwks_uri } = fields
      if (jwks === undefined && jwks_uri === undefined) {
        return `is ${METHOD}, for which the client's public keys must be known; give its jwks or jwks_uri`
      }
      const usable = algorithmsOf(fields, allowed)
      const keys = jwks === undefined ? undefined : readKeySet(jwks)
      return keys === undefined || usable.some((alg) => keys?.find(alg, undefined).keys.length)
        ? null
        : `is ${METHOD}, but none of the keys in jwks is for signatures by ${orList(usable)}`
    },

    read({ http, form }) {
      const type = form.get('client_assertion_type')
      const assertion = form.get('client_assertion')
      // RFC 7521 §4.2: the type says what it is; another is another feature's.
      if (type === undefined ? assertion === undefined : type !== TYPE) return null
      if (type === undefined) return `client_assertion_type is missing; it must be ${TYPE}.`
      if (assertion === undefined) return 'client_assertion is missing.'
      const jws = readJws(assertion)
      const claims = jws && parseJsonObject(jws.payload)
      const sub = claims && claimedClient(claims)
      if (!sub) return 'client_assertion must be a signed JWT in the compact form, with the claim sub.'
      // RFC 7521 §4.2: client_id may be left out. Where it is not, it says who is asking, and the assertion has to agree.
      return { method: METHOD, client_id: form.get('client_id') ?? sub, jws, claims, address: http.address }
    },

    async judge(client, { jws, claims, address }, deployment) {
      const { urls, settings } = deployment
      const algorithms = algorithmsOf(client.fields, allowed)
      const { issuer } = settings
      const audiences = audience === 'issuer' ? [issuer] : [issuer, urls.of('token')]
      const now = deployment.now()
      const said = judgeAssertion(jws.header, claims, { client_id: client.client_id, algorithms, audiences, now })
      if ('reason' in said) return said
      const alg = algorithms.find((name) => name === jws.header.alg)
      const wrong = alg && (await keysOf(deployment).problemWith(client, jws, alg, { address }))
      if (wrong) return { reason: `client_assertion_${wrong.problem}`, hint: wrong.hint }
      // Fetching keys takes time; what is over by now may be forgotten, too.
      if (deployment.now() >= said.refusedFrom) {
        return { reason: 'client_assertion_expired', hint: 'It ended while the keys of the client were fetched.' }
      }
      // Last, so that nobody else can use it up; and before anything is answered, so that nobody uses it twice.
      const name = JSON.stringify([client.client_id, said.jti])
      if (await deployment.once('client assertion', name, said.refusedFrom)) return null
      return {
        reason: 'client_assertion_replayed',
        hint: `The jti ${quoted(said.jti)} was used before. A client makes a new assertion for each request, also when it tries again.`,
      }
    },
  }
}

/** OpenID Connect Dynamic Client Registration §2: what is registered is the only one; nothing registered leaves those that the server has. */
function algorithmsOf(
  fields: ClientSettings['fields'],
  allowed: readonly SigningAlgorithm[],
): readonly SigningAlgorithm[] {
  const registered = fields?.token_endpoint_auth_signing_alg
  return registered === undefined ? allowed : allowed.filter((alg) => alg === registered)
}

const signingAlgorithmField = (allowed: readonly SigningAlgorithm[]): ClientField => ({
  name: 'token_endpoint_auth_signing_alg',
  selfService: true,
  parse(value) {
    const alg = allowed.find((name) => name === value)
    if (alg) return alg
    throw new TypeError(`must be ${orList(allowed)}`)
  },
})
