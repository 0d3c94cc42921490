/**
 * What the tests of the storage suite are written with: fresh records, comparisons, and patience for `list`, which may lag.
 *
 * @module
 */
import type { StoredRecord } from '../contract.js'

export const minute = 60_000
export const hour = 60 * minute

/**
 * The time the suite calls now. Engines that expire records themselves go by the real clock, so this is the real time, and
 * what the tests call expired has expired only for a `now` that they pass in.
 */
export const now = Date.now()

/** An id that no earlier run has used; also good for subjects. */
export const freshId = (): string => `${run}-${(count++).toString(36)}`

/** A version that never recurs. */
export const freshVersion = (): string => `${run}${(count++).toString(36).padStart(6, '0')}`

/** A record with a fresh id and version, nobody's, and never expiring, but for `fields`. */
export function freshRecord(fields: Partial<StoredRecord> = {}): StoredRecord {
  const id = fields.id ?? freshId()
  return { id, version: freshVersion(), subject: null, clientId: null, expiresAt: null, document: '{}', ...fields }
}

/** The same record with another version and other contents. */
export const successor = (record: StoredRecord, fields: Partial<StoredRecord> = {}): StoredRecord => ({
  ...record,
  version: freshVersion(),
  document: `after ${record.version}`,
  ...fields,
})

/** Numbers from 0, `length` of them. */
export const upTo = (length: number): number[] => Array.from({ length }, (_, index) => index)

export function equal<Value extends string | number | boolean | null | undefined>(
  what: string,
  actual: Value,
  expected: Value,
): void {
  if (actual !== expected) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`)
}

export function equalRecord(what: string, actual: StoredRecord | null, expected: StoredRecord | null): void {
  if (actual === null || expected === null) {
    if (actual !== expected) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`)
    return
  }
  for (const field of ['id', 'version', 'subject', 'clientId', 'expiresAt', 'document'] as const) {
    equal(`${what}: ${field}`, actual[field], expected[field])
  }
}

export const equalIds = (what: string, actual: readonly StoredRecord[], expected: readonly string[]): void =>
  equal(`${what}: ids`, actual.map(({ id }) => id).join(' '), expected.join(' '))

/** That exactly one of `outcomes` is true; its index. */
export function onlyWinner(outcomes: readonly boolean[]): number {
  equal('winners', outcomes.filter(Boolean).length, 1)
  return outcomes.indexOf(true)
}

/** Runs `check` until it passes, for two seconds at most: a list may lag behind writes. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt < 80; attempt++) {
    try {
      return await check()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
  await check()
}

/** Ten characters, so that versions are 16 characters long; a letter among them, for tests of case. */
const run = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => 'abcdefghijklmnop'.charAt(byte % 16)).join(
  '',
)
let count = 0

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text
}
