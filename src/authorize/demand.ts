/**
 * What a request and its terms ask of the login.
 *
 * @module
 */
import type { Deployed } from '../points/tables.js'
import type { AuthorizationRequest } from '../protocol/authorization-request.js'
import type { FurtherDemand } from '../protocol/prompt.js'

type Asked = Pick<AuthorizationRequest, 'maxAge' | 'terms'>

/** What is asked in all: of ages the least; of anything else no two terms ask. */
export function demandOf({ tables }: Deployed, { maxAge, terms }: Asked): FurtherDemand {
  if (!terms) return { maxAge }
  const all = Object.entries(terms).flatMap(([name, value]) => tables.terms.get(name)?.demand?.(value) ?? [])
  // What one says nothing of takes nothing from another.
  const said = all.flatMap((demand) => Object.entries(demand).filter(([, value]) => value !== undefined))
  const ages = [maxAge, ...all.map((demand) => demand.maxAge)].filter((age) => age !== undefined)
  return { ...Object.fromEntries(said), maxAge: ages.length > 0 ? Math.min(...ages) : undefined }
}

/** What the login should reach, for whoever logs people in. */
export const acrValuesOf = (deployment: Deployed, asked: Asked): readonly string[] =>
  demandOf(deployment, asked).acr?.values ?? []
