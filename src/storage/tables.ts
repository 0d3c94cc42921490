/**
 * The tables of the SQL storages, one for each kind of record.
 *
 * @module
 */
import type { Kind } from './contract.js'

/** The table of each kind. */
export const tables: Record<Kind, string> = {
  client: 'grantwright_clients',
  grant: 'grantwright_grants',
  consent: 'grantwright_consents',
  session: 'grantwright_sessions',
  request: 'grantwright_requests',
  key: 'grantwright_keys',
  once: 'grantwright_once',
  pointer: 'grantwright_pointers',
  counter: 'grantwright_counters',
}

/** Makes something for each table, such as its statements. */
export const forEachTable = <Made>(make: (table: string) => Made): Record<Kind, Made> => ({
  client: make(tables.client),
  grant: make(tables.grant),
  consent: make(tables.consent),
  session: make(tables.session),
  request: make(tables.request),
  key: make(tables.key),
  once: make(tables.once),
  pointer: make(tables.pointer),
  counter: make(tables.counter),
})
