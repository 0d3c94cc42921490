import { defineConfig } from 'tsup'
import { entries } from './scripts/entries.mjs'

// Dependencies and peers stay outside by tsup's own rule. Chunks are shared, so that an adapter and the core that it is
// used with agree on one `OAuthError`.
export default defineConfig({
  // The CLI is no entry that anybody imports.
  entry: { ...entries, cli: 'src/cli/main.ts' },
  format: 'esm',
  target: 'node20',
  platform: 'neutral',
  // `node:` modules are no part of a neutral platform; only storage drivers and the Node adapters import them.
  external: [/^node:/],
  // What is used of it comes along (THIRD-PARTY.md): from its own package Node would load all its languages at every start, a fifth of the time to the
  // first answer.
  noExternal: ['zod'],
  dts: { entry: entries },
  splitting: true,
  sourcemap: true,
  minify: false,
  clean: true,
})
