import { nodePrimitives } from './node-crypto.js'
import type { Primitives } from './primitives-contract.js'
import { webPrimitives } from './web-crypto.js'

/** The fastest that this runtime has. */
export const primitives: Primitives = nodePrimitives ?? webPrimitives
