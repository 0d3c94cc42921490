/**
 * What the parts of the suite are given.
 *
 * @module
 */
import type { Site } from './site.js'

/** Defines one test, which gets the mounted app. */
export type AdapterTest = (name: string, run: (site: Site) => Promise<void>) => unknown
