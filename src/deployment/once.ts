/**
 * What counts only once, whichever instance it comes to, such as the id of a client's assertion.
 *
 * @module
 */
import { CLOCK_SKEW } from '../protocol/clock-skew.js'
import type { Repository } from '../storage/repositories.js'
import type { UsedOnce } from './records.js'

/** Uses up the name of something; true for whoever is first. */
export type Once = (purpose: string, name: string, until: number) => Promise<boolean>

/** A conditional write decides, so instances that share the storage agree. Records are kept a little longer than asked: clocks differ. */
export const onceIn =
  (used: Repository<UsedOnce>, issuer: string, recordId: (purpose: string, name: string) => string): Once =>
  async (purpose, name, until) =>
    (await used.insert({ id: recordId(purpose, name), issuer, expiresAt: until + CLOCK_SKEW })) !== null
