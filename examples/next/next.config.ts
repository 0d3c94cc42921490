import type { NextConfig } from 'next'

export default {
  // Loaded by Node itself, because what it can use, but need not find, would stop a build.
  serverExternalPackages: ['grantwright'],
  // This folder, whatever lock files lie in the folders above it.
  turbopack: { root: import.meta.dirname },
} satisfies NextConfig
