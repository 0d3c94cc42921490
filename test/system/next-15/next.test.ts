/**
 * The app and the tests of ../next, with Next 15. Two major versions do not share a folder, so the app is copied here.
 *
 * @module
 */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { testNextApp } from '../next/app-tests.js'
import { testQuickStart } from '../next/quick-start-tests.js'
import { testSettings } from '../next/settings-tests.js'

const folder = import.meta.dirname
for (const part of ['app', 'lib', 'next.config.ts', 'tsconfig.json']) {
  rmSync(join(folder, part), { recursive: true, force: true })
  cpSync(join(folder, '../next', part), join(folder, part), { recursive: true })
}
testNextApp(folder)
testSettings(folder)
// webpack, and Turbopack.
testQuickStart(folder, ['', '--turbopack'])
