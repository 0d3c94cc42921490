import { testNextApp } from './app-tests.js'

testNextApp(import.meta.dirname)
