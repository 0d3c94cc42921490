/**
 * The storage contract as a test suite, for any driver and any test runner. A store that passes carries the protocol without
 * races. It needs a store that holds nothing of value: records are left behind, and expired ones are deleted.
 *
 * ```ts
 * import { describe, it } from 'vitest' // or node:test, bun:test, @std/testing/bdd …
 * import { storageSuite } from 'grantwright/testing/storage'
 *
 * storageSuite({ describe, it }, () => myStorage(process.env.TEST_DATABASE_URL))
 * ```
 *
 * @module
 */

import type { SuiteRunner } from '../runtime/suite-runner.js'
import type { Storage } from './contract.js'
import { insertTests } from './testing/insert.js'
import { lifecycleTests } from './testing/lifecycle.js'
import { listTests } from './testing/list.js'
import type { StorageTest } from './testing/part.js'
import { purgeTests } from './testing/purge.js'
import { recordTests } from './testing/records.js'
import { replaceTests } from './testing/replace.js'

export type { SuiteRunner } from '../runtime/suite-runner.js'
export type { StorageTest } from './testing/part.js'

export interface StorageSuiteOptions {
  /**
   * The engine deletes expired records itself, by its own clock, and `purge` has nothing to do. What `purge` must delete is
   * then not tested; what it must leave alone is. @default false
   */
  readonly expiresByItself?: boolean | undefined
}

/**
 * Defines the suite. `open` is called once, by the first test; closing is left to the caller. Connections belong in a pool of
 * their usual size: the races send 200 commands at once.
 */
export function storageSuite(
  runner: SuiteRunner,
  open: () => Promise<Storage> | Storage,
  options: StorageSuiteOptions = {},
): void {
  let opened: Promise<Storage> | undefined
  const test: StorageTest = (name, run) =>
    runner.it(name, async () => {
      opened ??= Promise.resolve().then(open)
      await run(await opened)
    })

  runner.describe('records', () => recordTests(test))
  runner.describe('insert', () => insertTests(test))
  runner.describe('replace', () => replaceTests(test))
  runner.describe('list', () => listTests(test))
  runner.describe('purge', () => purgeTests(test, options.expiresByItself ?? false))
  runner.describe('the life of tokens', () => lifecycleTests(test))
}
