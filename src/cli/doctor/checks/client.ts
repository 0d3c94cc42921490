/**
 * Whether the server gets to know the client: by its metadata document, by registration, or by hand.
 *
 * @module
 */
import { anyJsonOf, complaint, headerValues, jsonOf, short, statusOf, told } from '../exchange.js'
import { type Check, type Finding, failed, notReached, ok, warning } from '../finding.js'
import { type Registered, stringsOf, type World } from '../world.js'
import { receptionOf } from './visit.js'

const byHand = '`npx grantwright client create`, and give people the `client_id`'

export const client: Check = {
  name: 'client',
  short: 'reg',
  about: 'the server takes the client: its metadata document, or its registration',
  judge(world) {
    const { serverMetadata, way, registered } = world
    if (!serverMetadata.found) return notReached('there are no metadata of the server')
    if (!way) return unidentified(world)
    if (way.by === 'registration') return registered ? registrationFinding(registered, world) : notReached(unknownBody)
    return ofVisits(world, way.by)
  },
}

const unknownBody = 'it would register, and what it sends is not known'

function unidentified({ client, serverMetadata }: World): Finding {
  const server = serverMetadata.found?.json ?? {}
  const ways = new Set(client.identifies.map(({ by }) => by))
  const hasDocument = client.documents.length > 0
  const received = [
    ...(ways.has('document')
      ? [
          `client_id_metadata_document_supported: ${short(JSON.stringify(server.client_id_metadata_document_supported) ?? 'missing')}`,
        ]
      : []),
    ...(ways.has('registration')
      ? [`registration_endpoint: ${short(JSON.stringify(server.registration_endpoint) ?? 'missing')}`]
      : []),
  ]
  const cures = [
    ...(hasDocument ? ['`features: [metadataDocuments()]`'] : []),
    ...(ways.has('registration') ? ['`features: [registration()]`'] : []),
  ]
  return failed({
    received: received.join('; '),
    right: 'a way for the server to get to know the client that the client has, too',
    change: `${cures.join(' or ')} of grantwright/registration (\`mcp()\` has both)${ways.has('static') ? `; or ${byHand}` : ''}`,
  })
}

/** There is no other way to see whether a document was taken than to come with it. */
function ofVisits({ client, visits, clientId = '' }: World, by: 'document' | 'static'): Finding {
  const receptions = visits.map(receptionOf)
  if (receptions.length === 0) return notReached('there is no authorization endpoint to come to')
  // An error that the client is told, and a login page that is broken, come after it was recognised.
  const refused = receptions.filter((reception) => !reception.accepted)
  const known = refused.length < receptions.length || refused.some(({ error }) => error !== null)
  if (known) return ok(short(clientId))
  if (!refused.some(({ untrusted }) => untrusted)) return notReached('the authorization endpoint did not get as far')
  // A page does not tell which of the two it is about; whoever was registered by hand is known.
  if (by === 'static') return notReached('the redirect URI was refused, or the client is not known')
  return failed({
    received: `${short(clientId)} at ${refused.map(({ received }) => received).join('; ')}`,
    right: 'the login page: the document is fetched, and has this client_id and redirect URI',
    change: documentCure(client.documents.some(({ url, copy }) => url === clientId && copy !== undefined)),
  })
}

const documentCure = (hasCopy: boolean): string =>
  `the line \`refused\` on the console says why. The server has to reach the host of the document, and such hosts answer 403 to data centres: ${
    hasCopy
      ? '`mcp()` then takes the copy that it ships with, and `metadataDocuments()` the one in its `knownDocuments`'
      : 'no copy of this one ships with `mcp()`; one that you have read yourself may stand in `knownDocuments` of `metadataDocuments()`'
  }`

function registrationFinding({ exchange, request, dryRun }: Registered, { met }: World): Finding {
  const status = statusOf(exchange)
  const received = told(exchange)
  const right = '201 with a `client_id`, and every redirect URI that the server takes (RFC 7591 §3.2.1)'
  if (status === null) return failed({ received, right, change: 'look why the registration endpoint does not answer' })
  const answer = jsonOf(exchange)
  if (!answer) return refused({ exchange, request, dryRun })
  if (!dryRun && typeof answer.client_id !== 'string') {
    return failed({ received: `${received}, without client_id`, right, change: '`features: [registration()]`' })
  }
  const kept = stringsOf(answer.redirect_uris) ?? request.redirect_uris
  const dropped = request.redirect_uris.filter((uri) => !kept.includes(uri))
  if (dropped.length === request.redirect_uris.length) {
    return failed({
      received: `${received}, with redirect_uris ${short(JSON.stringify(kept))}`,
      right: `${short(request.redirect_uris.join(', '))} among them`,
      change: allow(dropped),
    })
  }
  if (dropped.length > 0) {
    return warning({
      received: `these were left out: ${short(dropped.join(', '))}`,
      right: 'all of them: which one is used depends on the version and on the place',
      change: allow(dropped),
    })
  }
  const grants = stringsOf(answer.grant_types)
  const wantsRefresh = request.grant_types?.includes('refresh_token')
  if (wantsRefresh && grants && !grants.includes('refresh_token')) {
    return warning({
      received: `grant_types: ${short(JSON.stringify(grants))}`,
      right: 'refresh_token as well, else people log in again whenever the access token is over',
      change: 'let the policy of `registration()` leave `refresh_token` in',
    })
  }
  const methods = stringsOf(met.server.token_endpoint_auth_methods_supported)
  if (
    request.token_endpoint_auth_method === 'none' &&
    answer.token_endpoint_auth_method !== undefined &&
    answer.token_endpoint_auth_method !== 'none'
  ) {
    return failed({
      received: `token_endpoint_auth_method: ${short(JSON.stringify(answer.token_endpoint_auth_method))}`,
      right: '"none", as it was asked for: the client keeps no secret',
      change: `let the policy leave it${methods?.includes('none') ? '' : ', and announce `none`'}`,
    })
  }
  return ok(dryRun ? `${received}, as a dry run` : received)
}

function refused({ exchange, request }: Omit<Registered, 'removal'>): Finding {
  const status = statusOf(exchange) ?? 0
  const words = complaint(exchange)
  const received = `${told(exchange)}${words === '' ? '' : `, “${words}”`}`
  const right = '201 with a `client_id`'
  if (status === 429) {
    const [after] = headerValues(exchange, 'retry-after')
    return failed({
      received: `${received}${after === undefined ? '' : `, Retry-After: ${short(after)}`}`,
      right,
      change:
        'wait, and play one client: --client <id>. If it is the first registration, the limit is too tight or everybody has the address of the proxy: `trustProxy`',
    })
  }
  if (status === 401 || status === 403) {
    return failed({
      received,
      right: 'registration without a token: this client has none',
      change: 'open `registration()`: its policy decides what is taken',
    })
  }
  if (status >= 300 && status < 400) {
    return failed({
      received,
      right,
      change: 'write the final URL into `registration_endpoint`: nobody repeats a POST elsewhere',
    })
  }
  const error = anyJsonOf(exchange)?.error
  const several = request.redirect_uris.length > 1 && error !== undefined
  return failed({
    received,
    right: several
      ? `${right}, with those redirect URIs that the server takes: one that it refuses must not refuse the rest`
      : right,
    change:
      error === 'invalid_redirect_uri' || several
        ? allow(request.redirect_uris)
        : '`features: [registration()]` takes this request; look at the `hint` of the event `refused`',
  })
}

const allow = (uris: readonly string[]): string => {
  const own = uris.filter((uri) => /^[a-z][a-z0-9+-]*:/i.test(uri) && !/^https?:/i.test(uri))
  const policy = 'let the policy of `registration()` take them (that of `mcp()` knows these)'
  return own.length === 0
    ? policy
    : `${policy}; \`privateUseRedirectUris: ${JSON.stringify(own).replaceAll('"', "'")}\``
}
