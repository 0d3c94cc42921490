/**
 * What of a requested scope is granted nowhere, because nobody knows it: said to the operator, who may wonder. Pure.
 *
 * @module
 */
import { listed } from './hint.js'
import { OFFLINE_ACCESS } from './offline-access.js'
import type { Access } from './resource.js'
import { parseScope } from './scope.js'

/** @returns undefined when nothing was left out. */
export function leftOutHint(scope: string | undefined, access: Access): string | undefined {
  if (scope === undefined) return undefined
  const granted = access.flatMap((entry) => entry.scope)
  const left = (parseScope(scope) ?? []).filter((name) => name !== OFFLINE_ACCESS && !granted.includes(name))
  if (left.length === 0) return undefined
  return `Received ${listed(left)}, which no resource of the request knows. What it asks for now is ${listed(granted)}.`
}
