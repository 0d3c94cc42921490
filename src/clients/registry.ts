/**
 * The clients that a server knows: those of its configuration, and those in the store, side by side. Secrets are generated
 * here and leave once, in the answer that made them.
 *
 * @module
 */
import { Unavailable } from '../edge/errors.js'
import { type ClientSettings, isPublicClient } from '../protocol/client-settings.js'
import { type ClientVocabulary, usesSecret } from '../protocol/client-vocabulary.js'
import { clientMetadataParser, configuredResources } from '../protocol/parse-client-metadata.js'
import { encodeBase64url } from '../runtime/hash.js'
import type { Storage, StoredRecord } from '../storage/contract.js'
import { createClientCache } from './cache.js'
import { type Client, type ClientView, isThere, lasting, newClientSecret, viewOf } from './client.js'
import type { Clients } from './contract.js'
import { readGiven } from './given.js'
import { clientRecordId, readClient, writeClient } from './record.js'
import type { Sources } from './sources.js'
import { type VerifyClient, verifyClient } from './verify.js'

/** The id of a client that was to be registered is taken. */
export class ClientExists extends Error {
  override readonly name = 'ClientExists'
  /** @param isSame whether it is just that client, with that secret. */
  constructor(
    client_id: string,
    how: string,
    readonly isSame: boolean,
  ) {
    super(`There is a client ${JSON.stringify(client_id)} already, ${how}.`)
  }
}

/** There is no such client, or not any more. */
class NoClient extends Error {
  constructor(client_id: string) {
    super(`There is no client ${JSON.stringify(client_id)}.`)
  }
}

export interface ClientRegistryOptions {
  readonly issuer: string
  readonly storage: Storage
  now(): number
  randomBytes(length: number): Uint8Array
  /** Clients of the configuration, by id: what `parseStaticClients` gives. */
  readonly configured: ReadonlyMap<string, Client>
  /** What client metadata may say. */
  readonly vocabulary: ClientVocabulary
  /** Who look further at what is given. @default nobody */
  readonly verify?: readonly VerifyClient[] | undefined
  /** Milliseconds for which a client that was read is not read again. @default 30000 */
  readonly cacheFor?: number | undefined
  /** Clients that are not in the store. Absent for none. */
  readonly elsewhere?: Sources | undefined
}

/** How often a change is tried again after somebody else's came first. */
const MAX_ATTEMPTS = 4
/** The end of a client that somebody approves moves by so much more than it has to, and so not again soon. Of others it moves no further than it must. */
const ONE_DAY = 86_400_000

export function createClientRegistry(options: ClientRegistryOptions): Clients {
  const { issuer, storage, configured, vocabulary, elsewhere } = options
  const parse = clientMetadataParser(vocabulary)
  const hasSecret = (settings: ClientSettings) => usesSecret(vocabulary, settings)
  const cache = createClientCache(() => options.now(), options.cacheFor ?? 30_000)

  const random = (bytes: number) => encodeBase64url(options.randomBytes(bytes))
  const newId = () => `gwcl_${random(16)}`
  const newSecret = () => newClientSecret(options.randomBytes)
  const idTaken = () => new Error('The id of a new client is taken: randomBytes does not return random bytes.')
  const write = (client: Client) => writeClient(issuer, client, random(12))

  async function load(client_id: string): Promise<Client | null> {
    const record = await storage.get('client', clientRecordId(issuer, client_id))
    const client = record && read(record)
    return client && isThere(client, options.now()) ? client : null
  }

  /** Its record may have been written where the resources were spelt otherwise. */
  function read(record: StoredRecord): Client | null {
    const client = readClient(issuer, record)
    return client && { ...client, ...configuredResources(client, vocabulary) }
  }

  async function change(client_id: string, next: (client: Client) => Client): Promise<Client> {
    refuseConfigured(client_id)
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const record = await storage.get('client', clientRecordId(issuer, client_id))
      const client = record && read(record)
      if (!record || !client || !isThere(client, options.now())) throw new NoClient(client_id)
      const changed = next(client)
      if (changed === client) return client
      try {
        if (await storage.replace('client', write(changed), record.version)) return changed
      } finally {
        cache.forget(client_id)
      }
    }
    throw new Unavailable(`client ${client_id}: too many changes at once`)
  }

  /** @throws {TypeError} which member is wrong. */
  async function parsed(metadata: Parameters<typeof parse>[0]): Promise<ClientSettings> {
    const settings = parse(metadata)
    const wrong = await verifyClient(options.verify ?? [], settings, { address: undefined })
    if (wrong) {
      const { member, problem, detail } = wrong
      throw new TypeError(`Client metadata: ${member} ${problem}${detail === undefined ? '' : `: ${detail}`}.`)
    }
    return settings
  }

  async function taken(client: Client): Promise<Error> {
    const there = await load(client.client_id)
    const differences = there ? differencesOf(there, client) : ['all']
    const isSame = differences.length === 0
    return new ClientExists(
      client.client_id,
      isSame ? 'just as it is' : `which differs in ${differences.join(', ')}`,
      isSame,
    )
  }

  function refuseConfigured(client_id: string): void {
    if (!configured.has(client_id)) return
    throw new Error(`The client ${JSON.stringify(client_id)} is part of the option "clients"; change it there.`)
  }

  async function changeIfThere(client_id: string, next: (client: Client) => Client): Promise<Client | null> {
    if (configured.has(client_id)) return null
    try {
      return await change(client_id, next)
    } catch (error) {
      if (error instanceof NoClient) return null
      throw error
    }
  }

  async function keep({ client_id, expiresAt }: Client, until: number, more: number): Promise<boolean> {
    if (expiresAt === undefined || expiresAt >= until) return true
    const isEnough = (end: number | undefined) => end === undefined || end >= until
    const kept = await changeIfThere(client_id, (client) =>
      isEnough(client.expiresAt) ? client : { ...client, expiresAt: until + more },
    )
    return kept !== null
  }

  return {
    find(client_id, from) {
      const known = configured.get(client_id)
      if (known) return known
      const source = elsewhere?.of(client_id)
      return source ? source.find(client_id, from) : (cache.get(client_id) ?? cache.fill(() => load(client_id)))
    },
    keepUntil: (client, until) => keep(client, until, 0),
    change: changeIfThere,
    async register(settings, { expiresAt, registration }) {
      const clientSecret = hasSecret(settings) ? newSecret() : undefined
      const client: Client = {
        ...settings,
        client_id: newId(),
        secrets: clientSecret === undefined ? [] : [lasting(clientSecret)],
        createdAt: options.now(),
        ...(expiresAt !== undefined && { expiresAt }),
        ...(registration && { registration }),
      }
      if (!(await storage.insert('client', write(client), options.now()))) throw idTaken()
      return clientSecret === undefined ? { client } : { client, clientSecret }
    },
    async approved(client, until) {
      if (configured.has(client.client_id)) return true
      await elsewhere?.of(client.client_id)?.approved?.(client)
      return keep(client, until, ONE_DAY)
    },

    async create(given) {
      const { metadata, client_id, secretsFor } = readGiven(given)
      const settings = await parsed(metadata)
      const brought = secretsFor(settings.token_endpoint_auth_method, hasSecret(settings))
      const clientSecret = !brought && hasSecret(settings) ? newSecret() : undefined
      const client: Client = {
        ...settings,
        client_id: client_id ?? newId(),
        secrets: clientSecret === undefined ? (brought ?? []) : [lasting(clientSecret)],
        createdAt: options.now(),
      }
      if (configured.has(client.client_id)) throw new ClientExists(client.client_id, 'in the option "clients"', false)
      const inserted = await storage.insert('client', write(client), options.now())
      if (!inserted) throw client_id === undefined ? idTaken() : await taken(client)
      return clientSecret === undefined ? { client: viewOf(client) } : { client: viewOf(client), clientSecret }
    },

    async get(client_id) {
      const client = configured.get(client_id) ?? (await load(client_id))
      return client && viewOf(client)
    },

    async list({ after, limit = 100 } = {}) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new TypeError('limit must be 1 to 1000.')
      const clients: ClientView[] = []
      let last = after
      while (true) {
        const wanted = limit - clients.length
        const records = await storage.list('client', {}, { after: last, limit: wanted })
        for (const record of records) {
          const client = read(record)
          if (client && isThere(client, options.now())) clients.push(viewOf(client))
        }
        last = records.at(-1)?.id
        if (records.length < wanted) return { clients, next: undefined }
        if (clients.length === limit) return { clients, next: last }
      }
    },

    async update(client_id, metadata) {
      const settings = await parsed(metadata)
      const changed = await change(client_id, (before) => {
        const { fields: known = {}, ...client } = before
        // What belongs to features that are not given now stays, for when they are again.
        const unknown = Object.entries(known).filter(([name]) => !vocabulary.fields.has(name))
        const fields = { ...Object.fromEntries(unknown), ...settings.fields }
        return {
          ...client,
          ...settings,
          ...(Object.keys(fields).length > 0 && { fields }),
          secrets: hasSecret(settings) ? client.secrets : [],
        }
      })
      return viewOf(changed)
    },

    async rotateSecret(client_id, { keepOldFor = 86_400 } = {}) {
      if (!Number.isFinite(keepOldFor) || keepOldFor < 0) throw new TypeError('keepOldFor must be seconds, 0 or more.')
      const clientSecret = newSecret()
      const fresh = lasting(clientSecret)
      const changed = await change(client_id, (client) => {
        if (!hasSecret(client)) {
          const is = isPublicClient(client) ? 'is public' : 'proves itself otherwise'
          throw new Error(
            `The client ${JSON.stringify(client_id)} ${is} (token_endpoint_auth_method ${client.token_endpoint_auth_method}): it has no secret.`,
          )
        }
        const [newest] = client.secrets
        const until = Math.min(newest?.expiresAt ?? Number.POSITIVE_INFINITY, options.now() + keepOldFor * 1000)
        const old = newest && keepOldFor > 0 ? [{ ...newest, expiresAt: until }] : []
        return { ...client, secrets: [fresh, ...old] }
      })
      return { client: viewOf(changed), clientSecret }
    },

    async remove(client_id) {
      refuseConfigured(client_id)
      try {
        await storage.remove('client', clientRecordId(issuer, client_id))
      } finally {
        cache.forget(client_id)
      }
    },
  }
}

/** In what a client that is there differs from one that was to be registered, when that was does not matter. */
function differencesOf(there: Client, wanted: Client): string[] {
  const names = Object.keys({ ...there, ...wanted }) as (keyof Client)[]
  return names.filter((name) => name !== 'createdAt' && JSON.stringify(there[name]) !== JSON.stringify(wanted[name]))
}
