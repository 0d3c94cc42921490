import { dirname } from 'node:path'
import type { NextConfig } from 'next'

export default {
  // The folder with node_modules, whatever lock files lie in the folders above it.
  turbopack: { root: dirname(import.meta.dirname) },
  // Nobody may frame the pages.
  headers: async () => [
    { source: '/(.*)', headers: [{ key: 'Content-Security-Policy', value: "frame-ancestors 'none'" }] },
  ],
} satisfies NextConfig
