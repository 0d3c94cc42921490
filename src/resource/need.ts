/**
 * Reads what a route demands. A demand that means nothing would be an open door that looks like a closed one.
 *
 * @module
 */

import { OFFLINE_ACCESS } from '../protocol/offline-access.js'
import { isScopeName } from '../protocol/scope.js'
import { isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import type { AccessNeed } from './access.js'

/** An {@link AccessNeed} with its names as lists; an empty one demands nothing. */
export interface Demand {
  readonly scope: readonly string[]
  readonly acr: readonly string[]
  /** Seconds. */
  readonly maxAge: number | undefined
}

/**
 * @param others what else may be in it, for somebody else to read.
 * @throws {TypeError} when something in it is wrong, unknown, or there and without meaning.
 */
export function readNeed(need: AccessNeed, where: string, others: readonly string[] = []): Demand {
  // A promise, a map and the like are objects without members, and would demand nothing.
  if (!isRecord(need) || Object.prototype.toString.call(need) !== '[object Object]') {
    throw mistake(`${where}: what a route needs is an object. Write \`{ scope: 'notes:read' }\`.`, need)
  }
  refuseUnknown(need, [...(['scope', 'maxAge', 'acr'] satisfies (keyof AccessNeed)[]), ...others], where)
  return { scope: names(need, 'scope', where), acr: names(need, 'acr', where), maxAge: seconds(need, where) }
}

/** As it was read, once: what happens to the options later changes nothing. */
export const needOf = ({ scope, acr, maxAge }: Demand): AccessNeed => ({
  ...(scope.length > 0 && { scope }),
  ...(acr.length > 0 && { acr }),
  ...(maxAge !== undefined && { maxAge }),
})

/** RFC 6749 §3.3 and RFC 9470 §4 both write them separated by spaces, and without spaces inside. */
function names(need: AccessNeed, member: 'scope' | 'acr', where: string): readonly string[] {
  if (!(member in need)) return []
  const given: unknown = need[member]
  const list: readonly unknown[] = typeof given === 'string' ? given.split(' ').filter(Boolean) : asList(given)
  const isGood = member === 'scope' ? isScopeName : (name: string) => /^[\x21-\x7e]+$/.test(name)
  if (member === 'scope' && list.includes(OFFLINE_ACCESS)) {
    throw new TypeError(
      `${where}: scope has 'offline_access', which is no access to an API: clients ask the server for it. Leave it out.`,
    )
  }
  if (list.length > 0 && list.every((name) => typeof name === 'string' && isGood(name))) return list as string[]
  throw new TypeError(
    `${where}: ${member} is ${JSON.stringify(given) ?? 'undefined'}, which demands nothing that a token could have. ` +
      `Write ${member === 'scope' ? "`scope: 'notes:read'`" : "`acr: 'mfa'`"}, or leave it out.`,
  )
}

/** Without holes, which `every` would pass over. */
const asList = (given: unknown): readonly unknown[] => (Array.isArray(given) ? Array.from(given) : [])

function seconds(need: AccessNeed, where: string): number | undefined {
  if (!('maxAge' in need)) return undefined
  const { maxAge } = need
  if (typeof maxAge === 'number' && maxAge >= 0 && Number.isFinite(maxAge)) return maxAge
  throw mistake(
    `${where}: maxAge must be a number of seconds, 0 or more. Write \`maxAge: 300\`, or leave it out.`,
    maxAge,
  )
}
