/**
 * The part of docs/which-clients-connect.md that is made of the list.
 *
 * @module
 */
import { factsOf } from './facts.mjs'

const BEGIN = '<!-- made of src/known-clients: npm run known-clients -- --write -->'
const END = '<!-- end of what is made -->'

/**
 * The page, with what is made of the list in its place.
 *
 * @param {string} page
 * @param {readonly import('./facts.mjs').KnownClient[]} clients
 * @throws {Error} when the page has no place for it.
 */
export function withClients(page, clients) {
  const [before, rest] = page.split(`${BEGIN}\n`)
  const after = rest?.split(`${END}\n`)[1]
  if (before === undefined || after === undefined) throw new Error('which-clients-connect.md has lost its two comments')
  return `${before}${BEGIN}\n\n${[table(clients), ...clients.map(section)].join('\n\n')}\n\n${END}\n${after}`
}

const conditions = {
  document: 'documents are advertised',
  none: '`none` is listed',
  iss: '`iss` is advertised',
  registration: undefined,
  configured: 'a person has set it',
  document_configured: 'it is given one',
}
const ways = { static: 'a client of yours', document: 'document', registration: 'registration' }

function table(clients) {
  const rows = clients.map((client) => [
    code(client.id),
    client.name,
    client.identifies.map(wayOf).join('; '),
    client.redirectUris.length ? client.redirectUris.map(uriOf).join('<br>') : "the app's own",
    client.authentication.methods.map(code).join(', '),
  ])
  const head = ['id', 'client', 'identifies itself by, first that can be', 'redirect URIs', 'client authentication']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function wayOf({ by, document, when }) {
  const said = [ways[by], document && code(document)].filter(Boolean).join(' ')
  const conditional = when.map((condition) => conditions[condition]).filter(Boolean)
  return conditional.length ? `${said}, if ${conditional.join(' and ')}` : said
}

function uriOf({ uri, port, proves, used }) {
  const remarks = [port === 'any' && 'any port', proves && 'proves it', used === false && 'not seen in use']
  const said = remarks.filter(Boolean)
  return said.length ? `${code(uri)} (${said.join(', ')})` : code(uri)
}

function section(client) {
  return [`### ${client.name}`, ...paragraphs(client)].join('\n\n')
}

function paragraphs(client) {
  const { runs, vendor, version } = client
  const where = {
    hosted: `Runs on servers of ${vendor}`,
    local: `By ${vendor}, runs on the person's machine`,
    library: `By ${vendor}, part of an app`,
  }[runs]
  return [
    `${where}${version ? `; version ${version}` : ''}. ${configuration(client)}`,
    habits(client)
      .map((line) => `- ${line}`)
      .join('\n'),
    client.traps.length
      ? ['Traps:', '', ...client.traps.map(({ trap, cure }) => `- ${trap}${cure ? ` *${cure}*` : ''}`)].join('\n')
      : '',
    sources(client),
  ].filter(Boolean)
}

/** What the server has to have for it. */
function configuration({ identifies, authentication, documents }) {
  const by = new Set(identifies.map((way) => way.by))
  const features = [by.has('document') && '`metadataDocuments()`', by.has('registration') && '`registration()`'].filter(
    Boolean,
  )
  const signs = authentication.methods.includes('private_key_jwt') ? ', and `privateKeyJwt()`' : ''
  const copies = documents.some(({ copy }) => copy) ? ' A copy of its document ships.' : ''
  const hand = by.has('static') ? ' Without them: a client that you register, with its redirect URIs.' : ''
  return `What it needs: ${features.join(' or ')}${signs}.${hand}${copies}`
}

const places = {
  configured: 'what a person has set',
  challenge: '`scope` of the challenge',
  resource_metadata: '`scopes_supported` of the resource',
  server_metadata: '`scopes_supported` of the server',
}
const forms = {
  challenge: 'the address in the challenge',
  path_inserted: '`/.well-known/oauth-protected-resource` before the path',
  root: 'the same at the root',
  oauth_path_inserted: '`/.well-known/oauth-authorization-server` before the path',
  openid_path_inserted: '`/.well-known/openid-configuration` before the path',
  openid_path_appended: '`/.well-known/openid-configuration` behind the path',
  oauth_root: '`/.well-known/oauth-authorization-server` at the root',
  openid_root: '`/.well-known/openid-configuration` at the root',
}
const comparisons = {
  exact: 'as strings',
  normalized: 'after a URL parser',
  path_prefix: 'as the beginning of the URL that it calls',
}

/** What is known of it, a line each. */
function habits({ discovery, scope, resource, authentication, refresh, registration }) {
  const { assertion } = authentication
  return [
    scope &&
      `Scope: ${scope.from.map((place) => places[place]).join(', else ')}${scope.otherwise ? `, else ${code(scope.otherwise)}` : ''}${
        scope.offlineAccess ? '; adds `offline_access` when it is advertised' : ''
      }${scope.promptsForOfflineAccess ? '; sends `prompt=consent` with `offline_access`' : ''}.`,
    discovery?.resourceMetadata &&
      `Metadata of the resource: ${discovery.resourceMetadata.map((form) => forms[form]).join(', ')}.`,
    discovery?.serverMetadata &&
      `Metadata of the server: ${discovery.serverMetadata.map((form) => forms[form]).join(', ')}.`,
    resource?.compares && `Compares \`resource\` of the metadata ${comparisons[resource.compares]}.`,
    resource?.sentWith && `Sends \`resource\` with: ${resource.sentWith.join(', ')}.`,
    assertion &&
      `Its assertions: ${assertion.alg}, \`aud\` is the ${assertion.audience === 'issuer' ? 'issuer' : 'token endpoint'}${
        assertion.jwksUri ? `, keys at ${code(assertion.jwksUri)}` : ''
      }.`,
    registration?.repeats === 'each_connection' && 'Registers anew at each connection.',
    registration?.repeats === 'each_login' && 'Registers anew at each login.',
    registration?.repeats === 'once' && 'Registers once and keeps what it got.',
    discovery?.checksIss === 'never' && 'Does not look at `iss`.',
    discovery?.checksIss === 'when_sent_or_advertised' && 'Checks `iss`.',
    discovery?.checksIss === 'always' && 'Checks `iss`, and refuses an answer without it.',
    refresh?.fromSeveralAddresses && 'Refreshes from more than one address.',
  ].filter(Boolean)
}

function sources(client) {
  const all = factsOf(client).map(({ source }) => source)
  const dates = all.map(({ date }) => date).sort()
  const [first, last] = [dates[0], dates.at(-1)]
  const named = new Map(all.map(({ kind, url }) => [url ?? kind, url ? `[${kind}](${url})` : kind]))
  return `Facts of ${first === last ? first : `${first} to ${last}`}: ${[...named.values()].join(', ')}.`
}

const code = (text) => `\`${text}\``
