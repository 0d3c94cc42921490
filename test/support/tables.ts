/**
 * The tables of a server without features.
 *
 * @module
 */
import { core } from '../../src/construction/core.js'
import { joinFeatures } from '../../src/points/join.js'

export const { tables } = joinFeatures(core)
export const vocabulary = tables.clients
