import { defineConfig } from 'tsup'
import { entries } from './scripts/entries.mjs'

// Dependencies and peers stay outside by tsup's own rule. Chunks are shared, so that an adapter and the core that it is
// used with agree on one `OAuthError`.
export default defineConfig({
  entry: entries,
  format: 'esm',
  target: 'node20',
  platform: 'neutral',
  // `node:` modules are no part of a neutral platform; only storage drivers and the Node adapters import them.
  external: [/^node:/],
  dts: true,
  splitting: true,
  sourcemap: true,
  minify: false,
  clean: true,
})
