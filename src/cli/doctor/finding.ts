/**
 * What a check comes to.
 *
 * @module
 */
import type { World } from './world.js'

/** What was found at one check of one client. */
export interface Finding {
  /**
   * - `ok`: as the client needs it
   * - `warning`: the client connects, but something should be looked at
   * - `failed`: the client does not connect, or not for everybody
   * - `not_reached`: it could not be tried, because something before it failed or is not known
   * - `not_needed`: it does not matter to this client
   */
  readonly status: 'ok' | 'warning' | 'failed' | 'not_reached' | 'not_needed'
  /** What came. */
  readonly received?: string | undefined
  /** What would be right. */
  readonly right?: string | undefined
  /** What to change in a server made with grantwright. */
  readonly change?: string | undefined
}

/** A check. It judges what was gathered, and asks nobody. */
export interface Check {
  /** Of the report for scripts, and the heading of a wide table. */
  readonly name: string
  /** The heading of a narrow table: five characters at most. */
  readonly short: string
  /** What it looks at, in one line. */
  readonly about: string
  /** Whether it needs the URL of an MCP endpoint. */
  readonly mcp?: boolean | undefined
  judge(world: World): Finding
}

export const ok = (received?: string): Finding => ({ status: 'ok', received })
export const notNeeded = (received?: string): Finding => ({ status: 'not_needed', received })
export const notReached = (received: string): Finding => ({ status: 'not_reached', received })

/** Why something could not be tried: the check of TLS says the rest. */
export const noTls = 'there is no TLS connection'

interface Words {
  readonly received: string
  readonly right: string
  readonly change: string
}

export const failed = (words: Words): Finding => ({ status: 'failed', ...words })
export const warning = (words: Words): Finding => ({ status: 'warning', ...words })
