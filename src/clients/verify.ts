/**
 * What of a client's metadata can only be told by asking somebody.
 *
 * @module
 */
import type { ClientSettings } from '../protocol/client-settings.js'
import type { Asker } from './sources.js'

/** What is wrong: which member, and the end of a sentence that begins with its name. */
export interface ClientProblem {
  readonly member: string
  readonly problem: string
  /** For the operator alone: what was received. */
  readonly detail?: string | undefined
}

/** Null when nothing is wrong. */
export type VerifyClient = (client: ClientSettings, from: Asker) => Promise<ClientProblem | null>

/** The first thing that is wrong. */
export async function verifyClient(
  all: readonly VerifyClient[],
  client: ClientSettings,
  from: Asker,
): ReturnType<VerifyClient> {
  for (const verify of all) {
    const wrong = await verify(client, from)
    if (wrong) return wrong
  }
  return null
}
