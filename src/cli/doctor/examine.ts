/**
 * Playing clients at a deployment, and judging what they met.
 *
 * @module
 */
import type { KnownClient } from '../../known-clients/index.js'
import { Failure } from '../failure.js'
import { checks } from './checks.js'
import { type Exchange, told } from './exchange.js'
import type { Finding } from './finding.js'
import { play } from './play.js'
import { openProbe } from './probe.js'
import { standIn } from './stand-in.js'
import { findTarget } from './target.js'
import type { Removal, Target, World } from './world.js'

export interface Examination {
  readonly url: string
  readonly clients: readonly KnownClient[]
  /** Milliseconds for one request. */
  readonly timeout: number
  /** A `client_id` that a person would type into the client. */
  readonly clientId?: string | undefined
  readonly clock: {
    /** The time of day, in milliseconds. */
    now(): number
    /** Milliseconds on a clock that never goes back. */
    elapsed(): number
  }
}

export interface Report {
  readonly target: Target
  /** Milliseconds: when it began. */
  readonly at: number
  readonly results: readonly Result[]
  /** What became of each client that was registered. */
  readonly removals: readonly Removal[]
  readonly exchanges: readonly Exchange[]
}

export interface Result {
  readonly client: KnownClient
  readonly by: NonNullable<World['way']>['by'] | null
  /** By the name of the check, in the order of {@link checks}. */
  readonly findings: { readonly [check: string]: Finding }
}

/** @throws {Failure} when nothing answers there at all. */
export async function examine({ url, clients, timeout, clientId, clock }: Examination): Promise<Report> {
  const at = clock.now()
  const probe = openProbe({ timeout, now: clock.elapsed })
  const target = await findTarget(url, probe)
  const [first] = probe.exchanges
  if (first && probe.exchanges.every(({ outcome }) => !outcome.answered && outcome.problem === 'unreachable')) {
    throw new Failure(`Nothing answers at ${url}. ${told(first)}`)
  }
  const played: World[] = []
  // One after the other: what is measured is the server, and not the crowd.
  for (const client of clients) played.push(await play(client, target, probe, at, { clientId }))
  const { worlds, removal } = await standIn(played, probe)
  const removals = [...worlds.flatMap(({ registered }) => registered?.removal ?? []), ...(removal ? [removal] : [])]
  return { target, at, results: worlds.map(resultOf), removals, exchanges: probe.exchanges }
}

function resultOf(world: World): Result {
  const asked = checks.filter(({ mcp }) => !mcp || world.target.kind === 'mcp')
  return {
    client: world.client,
    by: world.way?.by ?? null,
    findings: Object.fromEntries(asked.map((check) => [check.name, check.judge(world)])),
  }
}

/** Whether nothing that was seen stands in the client's way. */
export const connects = ({ findings }: Pick<Result, 'findings'>): boolean =>
  Object.values(findings).every(({ status }) => status !== 'failed')
