/**
 * What signing needs of a runtime, in two implementations: `node:crypto`, whose signatures run in the thread pool at less than half
 * the cost, and Web Crypto, through jose, everywhere else.
 *
 * @module
 */
import { nodePrimitives } from './node-crypto.js'
import type { Primitives } from './primitives-contract.js'
import { webPrimitives } from './web-crypto.js'

/** The fastest that this runtime has. */
export const primitives: Primitives = nodePrimitives ?? webPrimitives
