/**
 * Following redirects: inside of one origin, and no further. Where they lead to is for the checks.
 *
 * @module
 */
import { trimOws } from '../../protocol/ascii.js'
import { getJson, visitPage } from './ask.js'
import { type Exchange, headerValues, jsonOf, redirectOf } from './exchange.js'
import type { Probe } from './probe.js'
import { originOf, type Search, type Try, type Visit } from './world.js'

/** Clients that follow at all take more; more than these are a mistake somewhere. */
const MOST_HOPS = 4

/** Tries addresses until one has a JSON object. All of them are tried that the client would try. */
export async function search(probe: Probe, urls: readonly string[]): Promise<Search> {
  const tries: Try[] = []
  for (const url of urls) {
    const hops = await follow(probe, url, (next) => getJson(next))
    const json = jsonOf(hops.at(-1) as Exchange)
    tries.push({ url, hops, json })
    if (json) return { tries, found: { url, json } }
  }
  return { tries, found: null }
}

/** Goes to the authorization endpoint as a browser does, up to the login page, and never to the client. */
export async function visit(probe: Probe, url: string, redirectUri: string): Promise<Visit> {
  const jar = new Map<string, string>()
  const hops = await follow(
    probe,
    url,
    (next) => visitPage(next, [...jar].map(([name, value]) => `${name}=${value}`).join('; ')),
    (hop) => {
      for (const [name, value] of headerValues(hop, 'set-cookie').map(pairOf)) jar.set(name, value)
    },
    (next) => leadsTo(next, redirectUri),
  )
  return { redirectUri, hops }
}

/** Whether a redirect answers the client. */
export const leadsTo = (url: string, redirectUri: string): boolean =>
  url === redirectUri ||
  [`${redirectUri}?`, `${redirectUri}&`, `${redirectUri}#`].some((start) => url.startsWith(start))

async function follow(
  probe: Probe,
  url: string,
  ask: (url: string) => ReturnType<typeof getJson>,
  seen: (hop: Exchange) => void = () => {},
  isEnd: (url: string) => boolean = () => false,
): Promise<readonly Exchange[]> {
  const hops: Exchange[] = []
  for (let next: string | null = url; next !== null && hops.length < MOST_HOPS; ) {
    const hop = await probe.send(ask(next))
    hops.push(hop)
    seen(hop)
    const to: string | null = redirectOf(hop)
    next = to !== null && originOf(to) === originOf(next) && !isEnd(to) ? to.replace(/#.*/s, '') : null
  }
  return hops
}

const pairOf = (cookie: string): readonly [string, string] => {
  const [pair = ''] = cookie.split(';')
  const at = pair.indexOf('=')
  return [trimOws(pair.slice(0, at)), trimOws(pair.slice(at + 1))]
}
