import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { entries, specifier } from '../../../scripts/entries.mjs'
import { createConsumer, removeConsumer } from '../../package/consumer.js'
import { freePort } from '../../support/free-port.js'
import { quickStart, walkThrough } from '../../support/quick-start.js'
import versions from './package.json' with { type: 'json' }

const consumer = createConsumer(['libsql', 'express', 'hono', 'kysely', '@hono/node-server'])
copyFileSync(join(import.meta.dirname, 'flow.mjs'), join(consumer, 'flow.mjs'))
afterAll(() => removeConsumer(consumer))

describe.each(Object.entries(versions.dependencies))('on %s (%s)', (name, alias) => {
  const node = join(import.meta.dirname, 'node_modules', name, 'bin/node')
  const run = (...args: string[]) => execFileSync(node, args, { cwd: consumer, encoding: 'utf8', timeout: 60_000 })
  const version = alias.replace(/^.*@/, '')

  it.each(['memory', 'sqlite'])('the packed build runs the whole code flow with %s storage', (storage) => {
    expect(run('flow.mjs', storage)).toBe(`the code flow works on Node ${version}\n`)
  })

  it('every entry of the packed build can be required from CommonJS, and nothing is said on the console', () => {
    const names = Object.keys(entries).map(specifier)
    writeFileSync(join(consumer, 'all.cjs'), names.map((name) => `require('${name}')`).join('\n'))
    writeFileSync(
      join(consumer, 'run.cjs'),
      "process.on('warning', (w) => console.log(w.message)); require('./all.cjs')",
    )
    expect(run('run.cjs')).toBe('')
    expect(run('-p', "typeof require('grantwright').createAuthorizationServer")).toBe('function\n')
  })

  it.each(['express.mjs', 'hono.mjs'])(
    'the quick start works in a folder that npm calls CommonJS: %s',
    async (file) => {
      const [folder, port] = [join(consumer, `${name}-${file}`), await freePort()]
      mkdirSync(folder)
      writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
      for (const [path, code] of quickStart)
        if (path.endsWith('.mjs')) writeFileSync(join(folder, path), code.replaceAll('3000', String(port)))
      const child = spawn(node, [file], { cwd: folder, stdio: 'inherit' })
      try {
        const url = `http://localhost:${port}/.well-known/oauth-authorization-server`
        await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), 20_000)
        expect(await walkThrough(port)).toEqual({ notesOf: 'user-1' })
      } finally {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    },
  )
})
