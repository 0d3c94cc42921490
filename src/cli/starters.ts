/**
 * The starters that come with the package.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Starter } from './copy-starter.js'

/** All starters by their names. */
export const starters: { readonly [name: string]: Starter } = {
  express: starter('express', ['node_modules/', '.env', 'auth.db*']),
  hono: starter('hono', ['node_modules/', '.env', 'auth.db*']),
  mcp: starter('mcp', ['node_modules/', '.env', 'auth.db*']),
  next: starter('next', ['node_modules/', '.next/', 'next-env.d.ts', '*.tsbuildinfo', '.env', 'auth.db*']),
  'sign-in': starter('sign-in', ['node_modules/', '.next/', 'next-env.d.ts', '*.tsbuildinfo', '.env', 'auth.db*']),
}

function starter(name: string, ignored: readonly string[]): Starter {
  const manifest = createRequire(import.meta.url).resolve('grantwright/package.json')
  return {
    folder: join(dirname(manifest), 'examples', name),
    gitignore: ignored.map((line) => `${line}\n`).join(''),
    grantwright: `^${JSON.parse(readFileSync(manifest, 'utf8')).version}`,
  }
}
