import { build } from 'esbuild'
import { expect, it } from 'vitest'

it('the entry grantwright/resource does not load the authorization server', async () => {
  const { metafile } = await build({
    entryPoints: ['src/resource/index.ts'],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    packages: 'external',
  })
  const loaded = Object.keys(metafile.inputs)
  expect(loaded).toContain('src/resource/remote.ts')
  expect(
    loaded.filter((path) => /^src\/(server|deploy|options|settings|endpoints|pages|users|storage)\b/.test(path)),
  ).toEqual([])
})
