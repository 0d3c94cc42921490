/**
 * What is asked of a Redis before its first use.
 *
 * @module
 */
import type { Connection } from './client.js'
import { clients } from './keys.js'
import { probe } from './scripts.js'

/** Rejects when this Redis cannot carry the storage, with the cure; or with the client's own error when it is away. */
export async function checkServer(redis: Connection): Promise<void> {
  // Managed services forbid CONFIG. If it failed because the connection did, so does the probe.
  const settings = await redis.settings('maxmemory*').catch(() => new Map<string, string>())
  await redis.run(probe, clients, []).catch(explain)

  const policy = settings.get('maxmemory-policy') ?? 'noeviction'
  const bounded = settings.get('maxmemory') !== '0'
  if (bounded && policy !== 'noeviction') {
    throw new Error(
      `This Redis drops records when its memory is full: its maxmemory-policy is ${policy}. Ids that were used once could ` +
        'then be used again, and users would lose their grants. Set maxmemory-policy to noeviction.',
    )
  }
}

function explain(cause: unknown): never {
  if (cause instanceof Error && /unknown (redis )?command|NOPERM|not available/i.test(cause.message)) {
    throw new Error(
      'redisStorage needs Redis 6.2 or newer where EVALSHA and EVAL are allowed on the keys grantwright:*. ' +
        `This one answered: ${cause.message}`,
      { cause },
    )
  }
  throw cause
}
