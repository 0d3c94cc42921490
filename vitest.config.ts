import { defineConfig } from 'vitest/config'
import { entries, specifier } from './scripts/entries.mjs'

// `grantwright/…` means the sources here; test/package and test/system use what is built and packed.
const alias = Object.entries(entries).map(([entry, source]) => ({
  find: new RegExp(`^${specifier(entry)}$`),
  replacement: `${import.meta.dirname}/${source}`,
}))

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/system/**', '**/node_modules/**'],
    testTimeout: 20_000,
  },
})
