/**
 * What the parts of the suite are given.
 *
 * @module
 */
import type { Storage } from '../contract.js'

/** Defines one test, which gets the store. */
export type StorageTest = (name: string, run: (storage: Storage) => Promise<void>) => unknown
