/**
 * Bounds how often secrets can be guessed of which nobody knows how strong they are: wrong ones are counted per client and address, so that
 * nobody else locks a client out. When there were too many, the right one is refused like a wrong one, until the hour is over: whoever shares
 * the address learns nothing by going on, not even that it has begun.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { countedInWindow, countInWindow } from '../deployment/window.js'
import { networkOf } from '../edge/network.js'

const LIMIT = 20
const HOUR = 3_600_000

/** Wrong ones that are being counted now, by counter: so that a burst is no way around the limit. */
const underWay = new Map<string, number>()

/**
 * Whether there were too many wrong secrets. Costs one read; a wrong one within the limit also a write.
 *
 * @param address Where the request comes from. All whose address is not known count as one.
 */
export async function isGuessedTooOften(
  deployment: Deployment,
  {
    client_id,
    address,
    isRight,
  }: { readonly client_id: string; readonly address: string | undefined; readonly isRight: boolean },
): Promise<boolean> {
  const name = JSON.stringify([client_id, address === undefined ? null : networkOf(address)])
  const id = deployment.recordId('client secret', name)
  const before = underWay.get(id) ?? 0
  const limit = LIMIT - before
  if (isRight) return (await countedInWindow(deployment, { id, limit, length: HOUR })) >= limit
  underWay.set(id, before + 1)
  try {
    return limit <= 0 || (await countInWindow(deployment, { id, limit, length: HOUR })) > 0
  } finally {
    const left = (underWay.get(id) ?? 1) - 1
    if (left > 0) underWay.set(id, left)
    else underWay.delete(id)
  }
}
