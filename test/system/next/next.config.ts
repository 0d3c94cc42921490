import type { NextConfig } from 'next'

// The lock file of the repository's root is none of this app's.
export default { turbopack: { root: import.meta.dirname } } satisfies NextConfig
