/**
 * How many fetches may begin, counted in this process: for each network that makes us ask, so that nobody has others searched through; and
 * for each host that is asked, so that nobody has it flooded by us.
 *
 * The limit of a host could be used up by strangers to keep its own clients out. So one network gets only a fifth of it; it fills up again
 * all the time instead of at the end of a window; and a URL that has answered well before is counted by itself, beside its host. Who
 * keeps a host's limit empty, from many networks at once, keeps out only documents that this process has not seen yet.
 *
 * @module
 */
import { networkOf } from '../edge/network.js'
import { tokenBuckets } from './token-buckets.js'

export interface FetchLimits {
  /** Counts one, if it may begin. Call `leave` when it is over. */
  enter(
    url: URL,
    address: string | undefined,
    now: number,
  ): { readonly ok: true; leave(): void } | { readonly ok: false; readonly why: string }
  /** The document at the URL is a good one. */
  answered(url: URL): void
}

const PER_NETWORK = { most: 60, perSecond: 1 }
const PER_NETWORK_AND_HOST = { most: 20, perSecond: 0.5 }
const PER_HOST = { most: 100, perSecond: 2 }
/** For a URL that is known to be good: more often, nobody who heeds `freshFor` or a floor of their own asks. */
const PER_GOOD_URL = { most: 10, perSecond: 0.2 }
const MAX_GOOD_URLS = 1_000
/** At the same time: each may hold 64 KB for 5 seconds. */
const MAX_UNDER_WAY = 128
const MAX_UNDER_WAY_OF_NETWORK = 16
/** What has not ended after so long never will: on Cloudflare Workers, work whose request was cancelled. */
const PATIENCE = 10_000

export function fetchLimits(): FetchLimits {
  const byNetwork = tokenBuckets(PER_NETWORK)
  const byNetworkAndHost = tokenBuckets(PER_NETWORK_AND_HOST)
  const byHost = tokenBuckets(PER_HOST)
  const byGoodUrl = tokenBuckets(PER_GOOD_URL)
  const good = new Set<string>()
  const underWay = new Set<{ readonly network: string | undefined; readonly at: number }>()

  return {
    enter(url, address, now) {
      const network = address === undefined ? undefined : networkOf(address)
      for (const one of underWay) if (Math.abs(now - one.at) >= PATIENCE) underWay.delete(one)
      if (underWay.size >= MAX_UNDER_WAY) return { ok: false, why: `${underWay.size} fetches are under way` }
      const running = [...underWay].filter((one) => one.network === network).length
      if (network !== undefined && running >= MAX_UNDER_WAY_OF_NETWORK) {
        return { ok: false, why: `${running} fetches for the network ${network} are under way` }
      }
      const hostBuckets = good.has(url.href)
        ? [byGoodUrl.of(url.href, now)]
        : [
            ...(network === undefined ? [] : [byNetworkAndHost.of(`${network} ${url.host}`, now)]),
            byHost.of(url.host, now),
          ]
      const buckets = [...(network === undefined ? [] : [byNetwork.of(network, now)]), ...hostBuckets]
      // All of them, or none: who is refused uses nothing up.
      if (!buckets.every((bucket) => bucket.tokens >= 1)) {
        const whose = network === undefined ? '' : ` or for the network ${network}`
        return { ok: false, why: `too many fetches from ${url.host}${whose} lately` }
      }
      for (const bucket of buckets) bucket.tokens--
      const begun = { network, at: now }
      underWay.add(begun)
      return { ok: true, leave: () => void underWay.delete(begun) }
    },
    answered({ href }) {
      good.delete(href)
      const [oldest] = good
      if (good.size >= MAX_GOOD_URLS && oldest !== undefined) good.delete(oldest)
      good.add(href)
    },
  }
}
