import { defineConfig } from 'vitest/config'

// One area at a time, chosen by scripts/system.mjs. Builds, other Node versions and browsers share the machine: one file at
// a time.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
