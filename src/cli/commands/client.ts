/**
 * `client …`: the clients in the storage of a server.
 *
 * @module
 */
import type { ClientView } from '../../clients/client.js'
import type { Deployment } from '../../deployment/deployment.js'
import { joinFeatures } from '../../points/join.js'
import type { ClientMetadata } from '../../protocol/client-metadata.js'
import { isPublicClient } from '../../protocol/client-settings.js'
import type { ClientVocabulary } from '../../protocol/client-vocabulary.js'
import { OFFLINE_ACCESS } from '../../protocol/offline-access.js'
import { parseScope } from '../../protocol/scope.js'
import { clientFlags, describesClient, metadataFrom } from '../client-flags.js'
import { type Command, columns, type Input, type LoadedServer, output, table } from '../command.js'
import { Failure, misused } from '../failure.js'

export const create: Command = {
  summary: 'Registers a client, and shows its secret once',
  details: `With a --redirect-uri alone it is a confidential client for the authorization code grant, with refresh tokens.

Examples:
  npx grantwright client create --client-name Notes --redirect-uri https://notes.example.com/callback
  npx grantwright client create --token-endpoint-auth-method none --redirect-uri http://127.0.0.1/callback
  npx grantwright client create --grant-type client_credentials --scope 'notes:read'`,
  flags: clientFlags,
  async run(input) {
    const { server, deployment } = await serverFor(input)
    const metadata = metadataFrom(input, deployment.tables.clients)
    const { client, clientSecret } = await server.clients.create(metadata)
    tell(input, client, clientSecret)
    if (clientSecret !== undefined) input.note(`\n${shownOnce}`)
    noteUnknownNames(input, deployment, metadata)
  },
}

/** Who has made a mistake in the flags should learn of that first, also where there is no server to ask what it serves. */
async function serverFor(input: Input): Promise<LoadedServer> {
  try {
    return await input.server()
  } catch (failure) {
    const { core } = await import('../../construction/core.js')
    metadataFrom(input, joinFeatures(core).tables.clients)
    throw failure
  }
}

export const list: Command = {
  summary: 'Lists the clients',
  details: 'Those in the storage, and those of the option clients ("configured").',
  async run(input) {
    const { server, deployment } = await input.server()
    const clients: ClientView[] = []
    for (const client_id of deployment.settings.clients.keys()) {
      const client = await server.clients.get(client_id)
      if (client) clients.push(client)
    }
    for (let after: string | undefined; ; ) {
      const page = await server.clients.list({ after, limit: 1000 })
      clients.push(...page.clients)
      if (page.next === undefined) break
      after = page.next
    }
    output(
      input,
      clients.map((client) => informationOf(client)),
      () => tableOf(clients),
    )
  },
}

export const show: Command = {
  summary: 'Shows a client',
  operands: ['<client_id>'],
  async run(input) {
    const client = await found(input, await input.server())
    tell(input, client)
    if (client.createdAt === null) input.note('\nIt is part of the option clients.')
  },
}

export const update: Command = {
  summary: 'Changes a client',
  details: `What is not named stays as it is. A flag that may be repeated replaces its whole list. An empty value (--scope '') takes
what there was away, so that the default holds.`,
  operands: ['<client_id>'],
  flags: clientFlags,
  async run(input) {
    if (!describesClient(input)) throw misused('Nothing was said to be changed.')
    const loaded = await input.server()
    const client = await found(input, loaded)
    refuseConfigured(client)
    const vocabulary = loaded.deployment.tables.clients
    const metadata = metadataFrom(input, vocabulary, metadataOf(client, vocabulary))
    const changed = await loaded.server.clients.update(client.client_id, metadata)
    tell(input, changed)
    if (isPublicClient(client) && !isPublicClient(changed)) {
      input.note(`\nIt has no secret yet: npx grantwright client rotate-secret ${client.client_id}`)
    }
    if (!isPublicClient(client) && isPublicClient(changed)) input.note('\nIt is public now: its secrets are deleted.')
    input.note(`\n${seenAfter(loaded)}`)
    noteUnknownNames(input, loaded.deployment, metadata)
  },
}

export const rotateSecret: Command = {
  summary: 'Gives a client a new secret, and shows it once',
  operands: ['<client_id>'],
  flags: {
    'keep-old-for': {
      value: 'seconds',
      help: 'how long the secret before it stays valid; default: 86400, a day. 0 ends it now',
    },
  },
  async run(input) {
    const written = input.value('keep-old-for') ?? '86400'
    if (!/^\d{1,9}$/.test(written)) throw misused('--keep-old-for must be a whole number of seconds.')
    const keepOldFor = Number(written)
    const loaded = await input.server()
    refuseConfigured(await found(input, loaded))
    const { client, clientSecret } = await loaded.server.clients.rotateSecret(idIn(input), { keepOldFor })
    const { client_id } = client
    output(input, { client_id, client_secret: clientSecret, client_secret_expires_at: 0 }, () =>
      columns({ client_id, client_secret: clientSecret }),
    )
    const old =
      keepOldFor === 0 ? 'Older secrets end now.' : `The one before it, if any, ends in ${keepOldFor} seconds.`
    input.note(`\n${shownOnce}\n${old} ${seenAfter(loaded)}`)
  },
}

export const remove: Command = {
  summary: 'Deletes a client; its grants live on until they are revoked',
  operands: ['<client_id>'],
  async run(input) {
    const loaded = await input.server()
    const client = await found(input, loaded)
    refuseConfigured(client)
    await loaded.server.clients.remove(client.client_id)
    output(input, { client_id: client.client_id, deleted: true }, () => `Deleted the client ${client.client_id}.`)
    input.note(`
What users granted to it lives on until it is revoked or ends: access tokens that are out stay valid until they expire, and
users go on seeing the grant. Refresh tokens are of no use any more, since nobody can be this client.
  npx grantwright grants list --subject <subject>    shows a user's grants
  npx grantwright grants revoke <id>                 ends one
${seenAfter(loaded)}`)
  },
}

const shownOnce = 'The secret is shown this once: only a digest of it is kept.'

/** Running servers have their own copy of a client for a while. */
function seenAfter({ deployment }: Pick<LoadedServer, 'deployment'>): string {
  const seconds = deployment.settings.clientCacheLifetime / 1000
  return seconds === 0 ? 'Running servers see it at once.' : `Running servers see it within ${seconds} seconds.`
}

const idIn = ({ operands }: Input): string => operands[0] ?? ''

async function found(input: Input, { server }: LoadedServer): Promise<ClientView> {
  const client = await server.clients.get(idIn(input))
  if (client) return client
  throw new Failure(
    `There is no client ${JSON.stringify(idIn(input))} at ${server.issuer}. npx grantwright client list shows those there are.`,
  )
}

function refuseConfigured({ client_id, createdAt }: ClientView): void {
  if (createdAt !== null) return
  throw new Failure(`The client ${JSON.stringify(client_id)} is part of the option clients: change it there.`)
}

/** Allowed, since another server on the same storage may know them; but more often it is a slip. */
function noteUnknownNames({ note }: Input, { settings }: Deployment, metadata: ClientMetadata): void {
  const { resources, asConfigured } = settings
  const scopes = new Set([...resources.values()].flatMap((resource) => resource.scopes)).add(OFFLINE_ACCESS)
  const named = (scope = '') => parseScope(scope) ?? []
  const unknown = [
    ...[...(metadata.resources ?? []), ...(metadata.serves ?? [])].filter((uri) => !resources.has(asConfigured(uri))),
    ...[...named(metadata.scope), ...named(metadata.default_scope)].filter((name) => !scopes.has(name)),
  ]
  if (unknown.length > 0) {
    note(`\nWarning: not known to the option resources of this server: ${[...new Set(unknown)].join(', ')}`)
  }
}

/** The client information response of RFC 7591 §3.2.1, with the fields of this library. */
function informationOf(client: ClientView, clientSecret?: string) {
  const { client_id, createdAt, fields, ...metadata } = client
  return {
    client_id,
    ...(clientSecret !== undefined && { client_secret: clientSecret, client_secret_expires_at: 0 }),
    ...(createdAt !== null && { client_id_issued_at: Math.floor(createdAt / 1000) }),
    ...fields,
    ...metadata,
    // RFC 7591 §2: that is what its absence means there. A client that reads it cannot be wrong: it may use its secret so.
    token_endpoint_auth_method: client.token_endpoint_auth_method ?? 'client_secret_basic',
    ...scopesOf(client),
  }
}

function metadataOf(client: ClientView, vocabulary: ClientVocabulary): ClientMetadata {
  const { client_id: _, createdAt: __, fields, ...settings } = client
  // What features know of it goes by the names that metadata has; the rest of that is not ours to repeat.
  const known = Object.entries(fields ?? {}).filter(([name]) => vocabulary.fields.has(name))
  return { ...settings, ...Object.fromEntries(known), ...scopesOf(client) }
}

/** For people without what only scripts want to know. */
function tell(input: Input, client: ClientView, clientSecret?: string): void {
  const { token_endpoint_auth_method: method = 'client_secret_basic or client_secret_post' } = client
  output(
    input,
    informationOf(client, clientSecret),
    ({ client_secret_expires_at: _, client_id_issued_at: issued, ...shown }) => {
      const created = issued === undefined ? undefined : new Date(issued * 1000).toISOString()
      return columns({ ...shown, token_endpoint_auth_method: method, created })
    },
  )
}

const scopesOf = ({ scope, default_scope }: ClientView) => ({
  scope: scope?.join(' '),
  default_scope: default_scope?.join(' '),
})

function tableOf(clients: readonly ClientView[]): string {
  if (clients.length === 0) return 'There are no clients. npx grantwright client create makes one.'
  const rows = clients.map((client) => [
    client.client_id,
    client.client_name ?? '-',
    isPublicClient(client) ? 'public' : 'confidential',
    client.grant_types.join(' ') || '-',
    client.createdAt === null ? 'configured' : new Date(client.createdAt).toISOString().slice(0, 10),
  ])
  return table(['CLIENT ID', 'NAME', 'TYPE', 'GRANT TYPES', 'SINCE'], rows)
}
