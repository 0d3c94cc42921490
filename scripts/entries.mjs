/**
 * The entries of the package: name under `dist/`, and the source it is built from. `exports` in package.json offers each of
 * them under the same name (`index` as `.`); test/package/public-names.test.ts holds the two together.
 *
 * @module
 */
export const entries = {
  index: 'src/index.ts',
  express: 'adapters/express.ts',
  hono: 'adapters/hono.ts',
  'known-clients': 'src/known-clients/index.ts',
  mcp: 'src/presets/index.ts',
  next: 'adapters/next.ts',
  node: 'adapters/node.ts',
  openid: 'src/features/openid/index.ts',
  registration: 'src/features/registration/index.ts',
  resource: 'src/resource/index.ts',
  'storage/memory': 'src/storage/memory.ts',
  'storage/redis': 'src/storage/redis.ts',
  'storage/sql': 'src/storage/sql.ts',
  'storage/sqlite': 'src/storage/sqlite.ts',
  'testing/adapter': 'adapters/testing.ts',
  'testing/pages': 'src/pages/testing.ts',
  'testing/storage': 'src/storage/testing.ts',
}

/** `grantwright/express` for `express`, `grantwright` for `index`. */
export const specifier = (entry) => (entry === 'index' ? 'grantwright' : `grantwright/${entry}`)
