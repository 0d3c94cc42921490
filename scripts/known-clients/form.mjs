/**
 * Whether the list of known clients has its form: every fact with a source and a date, URIs that parse, nothing twice, documents that are
 * those of their client, and proof claimed where there is one, and nowhere else.
 *
 * @module
 */
import { factsOf } from './facts.mjs'

const kinds = ['client code', 'vendor documentation', 'metadata document', 'public report']
/** Kinds of sources of which one can always say where they are. */
const placed = ['client code', 'metadata document']

/**
 * @param {readonly import('./facts.mjs').KnownClient[]} clients
 * @param {string} today `2026-11-27`
 * @returns {string[]} one line for each mistake
 */
export function formProblems(clients, today) {
  const found = clients.flatMap((client) => clientProblems(client, today).map((problem) => `${client.id}: ${problem}`))
  const twice = [
    ...repeated(clients.map(({ id }) => `id ${id}`)),
    ...repeated(clients.flatMap(({ documents }) => documents.map(({ url }) => `document ${url}`))),
    ...repeated(
      clients.flatMap(({ redirectUris }) =>
        redirectUris.filter(({ proves }) => proves).map(({ uri }) => `proof ${uri}`),
      ),
    ),
  ]
  return [...found, ...twice.map((what) => `${what} is there twice`)]
}

function clientProblems(client, today) {
  const found = []
  const wrong = (condition, problem) => {
    if (condition) found.push(problem)
  }
  wrong(!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(client.id), 'the id has other characters than small letters, digits and -')
  for (const member of ['name', 'vendor']) wrong(!client[member]?.trim(), `${member} is empty`)
  for (const host of client.vendorHosts) wrong(urlOf(`https://${host}`)?.host !== host, `${host} is no host name`)
  for (const { fact, source } of factsOf(client)) {
    for (const problem of sourceProblems(source, today)) wrong(true, `${fact}: ${problem}`)
  }
  for (const document of client.documents) found.push(...documentProblems(client, document))
  for (const way of client.identifies) {
    const of = `identifies by ${way.by}`
    const listed = client.documents.some(({ url }) => url === way.document)
    wrong(way.by !== 'document' && way.document !== undefined, `${of}: has a document`)
    wrong(
      way.by === 'document' && way.document !== undefined && !listed,
      `${of}: ${way.document} is none of its documents`,
    )
    wrong(
      way.by === 'document' && way.document === undefined && !way.when.includes('document_configured'),
      `${of}: no document`,
    )
    wrong(way.by === 'static' && !way.when.includes('configured'), `${of}: without the condition "configured"`)
    wrong(
      way.by === 'registration' && !way.when.includes('registration'),
      `${of}: without the condition "registration"`,
    )
  }
  wrong(client.identifies.length === 0, 'nobody knows how it identifies itself')
  for (const what of repeated(client.redirectUris.map(({ uri }) => uri)))
    wrong(true, `redirect URI ${what} is there twice`)
  for (const redirectUri of client.redirectUris) found.push(...redirectUriProblems(client, redirectUri))
  for (const uri of client.registration?.body.redirect_uris ?? []) {
    const plain = uri.replace('{port}', '49152')
    wrong(uri !== '{redirect_uri}' && !isKnown(client, plain), `registration: ${uri} is none of its redirect URIs`)
  }
  wrong(client.scope?.from.length === 0, 'scope: from is empty')
  for (const { trap, cure } of client.traps) {
    for (const text of [trap, cure ?? '.']) wrong(!/[.]$/.test(text), `trap: "${text}" is no sentence`)
  }
  return found
}

function sourceProblems(source, today) {
  if (!source) return ['no source']
  const { kind, url, date } = source
  const found = []
  if (!kinds.includes(kind)) found.push(`"${kind}" is no kind of source`)
  if (url === undefined ? placed.includes(kind) : urlOf(url)?.protocol !== 'https:')
    found.push('the source has no https URL')
  const whole = /^\d{4}-\d{2}$/.test(date) ? `${date}-01` : date
  if (!/^\d{4}-\d{2}-\d{2}$/.test(whole) || isoDay(whole) !== whole) found.push(`"${date}" is no date`)
  else if (whole > today) found.push(`${date} is yet to come`)
  return found
}

function documentProblems(client, { url, copy }) {
  const found = []
  const parsed = urlOf(url.replace('{id}', 'example'))
  if (parsed?.protocol !== 'https:' || parsed.pathname === '/')
    found.push(`document ${url}: is no https URL with a path`)
  else if (!client.vendorHosts.includes(parsed.host)) found.push(`document ${url}: its host is none of the vendor's`)
  if (!copy) return found
  const { document, source } = copy
  const of = `copy of ${url}`
  if (url.includes('{id}')) found.push(`${of}: differs between connectors, so that no copy of it can ship`)
  if (document.client_id !== url) found.push(`${of}: client_id is ${document.client_id}`)
  if (source?.kind !== 'metadata document' || source.url !== url) found.push(`${of}: its source is not the document`)
  if (document.redirect_uris.length === 0) found.push(`${of}: without redirect URIs`)
  for (const uri of document.redirect_uris) {
    if (!isKnown(client, uri)) found.push(`${of}: ${uri} is none of the client's redirect URIs`)
  }
  if (document.jwks_uri !== undefined && document.jwks_uri !== client.authentication.assertion?.jwksUri) {
    found.push(`${of}: its keys are not those of the client's assertion`)
  }
  return found
}

function redirectUriProblems(client, { uri, port, proves, firstPort }) {
  const found = []
  const parsed = urlOf(uri.replace('{id}', 'example'))
  if (!parsed) return [`redirect URI ${uri}: is no URI`]
  const loopback = parsed.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname)
  const certain = parsed.protocol === 'https:' && client.vendorHosts.includes(parsed.host)
  if (proves !== certain)
    found.push(`redirect URI ${uri}: ${certain ? 'proves the client' : 'proves nothing'}, and says otherwise`)
  if (parsed.protocol === 'http:' && !loopback) found.push(`redirect URI ${uri}: http beyond loopback`)
  if (port === 'any' && (!loopback || parsed.port !== '')) found.push(`redirect URI ${uri}: its port cannot be free`)
  if (port !== 'any' && firstPort !== undefined)
    found.push(`redirect URI ${uri}: a first port, and the port is not free`)
  return found
}

/** Whether it is one of the client's, but for the port where that is free. */
function isKnown(client, uri) {
  return client.redirectUris.some((known) => {
    const plain = known.port === 'any' ? uri.replace(/^(http:\/\/[^/:]+):\d+/, '$1') : uri
    return known.uri === plain
  })
}

const urlOf = (text) => (URL.canParse(text) ? new URL(text) : undefined)
const isoDay = (date) => (Number.isNaN(Date.parse(date)) ? '' : new Date(date).toISOString().slice(0, 10))
const repeated = (list) => [...new Set(list.filter((one, i) => list.indexOf(one) !== i))]
