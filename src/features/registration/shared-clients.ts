/**
 * Public clients that register themselves anew at each start, or on each device, with the same words: they get the same client for a day, so that a store
 * does not fill with copies. A client that is shared so belongs to nobody: nobody can change it.
 *
 * @module
 */
import type { Client } from '../../clients/client.js'
import type { Deployment } from '../../deployment/deployment.js'
import type { ClientSettings } from '../../protocol/client-settings.js'
import { pointersOf } from './pointers.js'

/** Where the client is that was registered with certain words. */
interface Shared {
  readonly id: string
  readonly issuer: string
  readonly clientId: string
  readonly expiresAt: number
}

export interface SharedClients {
  /** The client that was registered with just these settings within the last day, and is still there. */
  find(settings: ClientSettings): Promise<Client | null>
  /** Remembers a new one. False when another was faster: then that one is the client. */
  remember(client: Client, settings: ClientSettings, until: number): Promise<boolean>
}

export function sharedClients(deployment: Deployment): SharedClients {
  const { clients, now, recordId, settings } = deployment
  const { issuer } = settings
  const pointers = pointersOf<Shared>(deployment, ({ clientId }) => clientId)
  // The parser writes the members always in the same order.
  const idOf = (described: ClientSettings) => recordId('shared registration', JSON.stringify(described))
  async function find(described: ClientSettings): Promise<Client | null> {
    const pointer = await pointers.get(idOf(described))
    if (!pointer || now() >= pointer.value.expiresAt) return null
    const client = await clients.find(pointer.value.clientId)
    // One that the operator has changed since is not what these words describe.
    return client?.registration?.tokenHash === null && isAsDescribed(client, described) ? client : null
  }
  return {
    find,
    async remember({ client_id }, described, until) {
      const id = idOf(described)
      const pointer: Shared = { id, issuer, clientId: client_id, expiresAt: until }
      const stored = await pointers.get(id)
      if (!stored) return (await pointers.insert(pointer)) !== null
      // One whose client is gone is written over.
      return !(await find(described)) && (await pointers.replace(pointer, stored.version)) !== null
    },
  }
}

const isAsDescribed = (client: Client, described: ClientSettings): boolean =>
  (Object.keys(described) as (keyof ClientSettings)[]).every(
    (name) => JSON.stringify(client[name]) === JSON.stringify(described[name]),
  )
