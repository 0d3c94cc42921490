/**
 * Small features that the tests of points are made of.
 *
 * @module
 */
import type { HttpResponse } from '../../src/edge/message.js'
import type { ClientAuthentication, PresentedClient } from '../../src/points/client-authentication.js'
import type { Feature } from '../../src/points/feature.js'
import type { GrantType } from '../../src/points/grant-type.js'
import type { ResponseMode } from '../../src/points/response-mode.js'
import type { ClientField } from '../../src/protocol/client-vocabulary.js'
import { type Harness, harness, ISSUER } from '../support/harness.js'

export const PIN = 'urn:example:params:oauth:grant-type:pin'

/** A grant type that gives tokens for the user `bob`. */
export const grantType = (name: string = PIN, rules: Omit<Partial<GrantType>, 'name' | 'answer'> = {}): GrantType => ({
  ...rules,
  name,
  answer: ({ access, alone }) => alone({ subject: 'bob', access: access() }),
})

interface Proof extends PresentedClient {
  readonly proof: string
}

/** A way that reads `x-<method>: <client_id> <proof>`, of which `genuine` is the right one. */
export const headerWay = (
  method: string,
  rules: Omit<Partial<ClientAuthentication>, 'methods' | 'read' | 'judge'> = {},
): ClientAuthentication<Proof> => ({
  ...rules,
  methods: [method],
  read({ http }) {
    const [line] = http.headerValues(`x-${method}`)
    if (line === undefined) return null
    const [client_id, proof, ...more] = line.split(' ')
    if (!client_id || !proof || more.length > 0) return `The header x-${method} cannot be read.`
    return { method, client_id, proof }
  },
  judge: (_, { proof }) => (proof === 'genuine' ? null : 'proof:wrong'),
})

/** All of an answer in one parameter, as base64url of JSON. */
export const packed = (name: string, carrier: ResponseMode['carrier'] = 'query'): ResponseMode => ({
  name,
  carrier,
  encode: (fields) => [['response', Buffer.from(JSON.stringify(fields)).toString('base64url')]],
})

export const unpacked = (response: string | null | undefined): Record<string, string> =>
  Object.fromEntries(JSON.parse(Buffer.from(response ?? '', 'base64url').toString()))

export const textField = (name: string): ClientField => ({
  name,
  parse(value) {
    if (typeof value !== 'string') throw new TypeError('must be a string')
    return value.trim()
  },
})

/** A feature with one endpoint that says who asks, at these paths. */
export const endpointAt = (name: string, ...paths: string[]): Feature => ({
  name,
  endpoints: (_, asClient) => [
    {
      name,
      paths,
      methods: { POST: (request) => asClient(request, async (client) => json({ [name]: client.client_id })) },
      answers: 'json',
      cors: false,
    },
  ],
})

export const json = (body: object): HttpResponse => ({
  status: 200,
  headers: [['content-type', 'application/json']],
  body: JSON.stringify(body),
})

/** A server with features of whatever form. */
export const withFeatures = (...features: readonly unknown[]): Harness =>
  harness({ features: features as readonly Feature[] })

/** The metadata document, as text. */
export async function metadataText({ server }: Harness): Promise<string> {
  const response = await server.fetch(new Request(`${ISSUER}/.well-known/oauth-authorization-server`))
  return response.text()
}

export const metadataOf = async (h: Harness): Promise<Record<string, unknown>> => JSON.parse(await metadataText(h))
