/**
 * What follows from where a client runs.
 *
 * @module
 */
import type { KnownClient } from '../../known-clients/index.js'

/** Whether its requests may come from a script of a page: an app in a browser may use a library, and MCP Inspector is such an app. */
export const runsInBrowser = (client: KnownClient): boolean => client.runs === 'library' || client.id === 'inspector'
