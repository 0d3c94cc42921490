import type { NextConfig } from 'next'

const { rewrites, ...settings } = JSON.parse(process.env.SETTINGS ?? '{}')

export default {
  // The lock file of the repository's root is none of this app's.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  ...(rewrites && { rewrites: async () => rewrites }),
  ...settings,
} satisfies NextConfig
