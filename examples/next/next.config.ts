import type { NextConfig } from 'next'

export default {
  // This folder, whatever lock files lie in the folders above it.
  turbopack: { root: import.meta.dirname },
  // Nobody may frame the app's pages. Those under /oauth have a stricter policy of their own, which this would replace. One for
  // scripts is harder: Next puts some of its own into each page, see its guide to Content Security Policy.
  headers: async () => [
    { source: '/((?!oauth/).*)', headers: [{ key: 'Content-Security-Policy', value: "frame-ancestors 'none'" }] },
  ],
} satisfies NextConfig
