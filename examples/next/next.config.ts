import type { NextConfig } from 'next'

export default {
  // This folder, whatever lock files lie in the folders above it.
  turbopack: { root: import.meta.dirname },
} satisfies NextConfig
