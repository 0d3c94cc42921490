import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createConsumer, removeConsumer } from '../../package/consumer.js'
import versions from './package.json' with { type: 'json' }

const consumer = createConsumer(['libsql'])
copyFileSync(join(import.meta.dirname, 'flow.mjs'), join(consumer, 'flow.mjs'))
afterAll(() => removeConsumer(consumer))

describe.each(Object.entries(versions.dependencies))('on %s (%s)', (name, alias) => {
  const node = join(import.meta.dirname, 'node_modules', name, 'bin/node')
  const run = (...args: string[]) => execFileSync(node, args, { cwd: consumer, encoding: 'utf8', timeout: 60_000 })
  const version = alias.replace(/^.*@/, '')

  it.each(['memory', 'sqlite'])('the packed build runs the whole code flow with %s storage', (storage) => {
    expect(run('flow.mjs', storage)).toBe(`the code flow works on Node ${version}\n`)
  })

  it('the packed build can be required from CommonJS', () => {
    expect(run('-p', "typeof require('grantwright').createAuthorizationServer")).toBe('function\n')
  })
})
