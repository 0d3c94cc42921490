/**
 * The tables of the SQL storages.
 *
 * @module
 */
import type { Kind } from './contract.js'

/** Makes something, such as its statements, for the table of each kind. */
export const forEachTable = <Made>(make: (table: string) => Made): Record<Kind, Made> => ({
  client: make('grantwright_clients'),
  grant: make('grantwright_grants'),
  consent: make('grantwright_consents'),
  session: make('grantwright_sessions'),
  request: make('grantwright_requests'),
  key: make('grantwright_keys'),
  once: make('grantwright_once'),
  pointer: make('grantwright_pointers'),
  counter: make('grantwright_counters'),
})
