import { testNextApp } from './app-tests.js'
import { testQuickStart } from './quick-start-tests.js'
import { testSettings } from './settings-tests.js'

testNextApp(import.meta.dirname)
testSettings(import.meta.dirname)
// Turbopack, and webpack.
testQuickStart(import.meta.dirname, ['', '--webpack'])
