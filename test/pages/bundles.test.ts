/**
 * The languages in what an app's bundler makes of the package.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ar } from '../../src/pages/locales/ar.js'
import { de } from '../../src/pages/locales/de.js'
import { es } from '../../src/pages/locales/es.js'
import { fr } from '../../src/pages/locales/fr.js'
import { ja } from '../../src/pages/locales/ja.js'
import type { pageRenderer } from '../../src/pages/render.js'
import type { checkPages } from '../../src/pages/settings.js'
import { show } from '../../src/pages/views.js'
import { request } from '../users/fixture.js'

const translations = [de, fr, es, ja, ar]
const tags = translations.map(({ locale }) => locale)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantwright-bundle-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Bundles the pages into the folder; the file that an app begins with, and those that are loaded with it and later. */
async function bundle(format: 'esm' | 'cjs', splitting: boolean) {
  const { metafile } = await build({
    stdin: {
      contents: "export { checkPages } from './settings.ts'; export { pageRenderer } from './render.ts'",
      resolveDir: resolve(import.meta.dirname, '../../src/pages'),
    },
    bundle: true,
    format,
    splitting,
    outdir: folder,
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    metafile: true,
    absWorkingDir: folder,
    logLevel: 'error',
  })
  const importedBy = (file: string): string[] => [
    file,
    ...(metafile.outputs[file]?.imports ?? []).flatMap(({ path, kind }) =>
      kind === 'import-statement' ? importedBy(path) : [],
    ),
  ]
  const isLocale = (source: string) => source.includes('/pages/locales/')
  const localesIn = (file: string) => Object.keys(metafile.outputs[file]?.inputs ?? {}).filter(isLocale)
  const entry = `stdin${format === 'esm' ? '.mjs' : '.cjs'}`
  return {
    path: join(folder, entry),
    files: Object.keys(metafile.outputs),
    localesAtStart: [...new Set(importedBy(entry))].flatMap(localesIn).map((source) => source.slice(-5)),
  }
}

interface Bundled {
  readonly checkPages: typeof checkPages
  readonly pageRenderer: typeof pageRenderer
}

const fail = (cause: unknown): never => {
  throw cause
}

async function languagesShown({ checkPages, pageRenderer }: Bundled): Promise<readonly string[]> {
  const pages = pageRenderer(checkPages({}, 'https://auth.example.com'), (length) => new Uint8Array(length), fail)
  const shown: string[] = []
  for (const { locale, logout } of translations) {
    const visit = request({ headers: { 'accept-language': locale } })
    const { body } = await pages.render(visit, show({ page: 'logged_out' }))
    if (body.includes(`<html lang="${locale}"`) && body.includes(`<h1>${logout.doneTitle}</h1>`)) shown.push(locale)
  }
  return shown
}

it('are all in the one file of a bundle without splitting', async () => {
  const { path, files } = await bundle('esm', false)
  expect(files).toHaveLength(1)
  expect(await languagesShown(await import(pathToFileURL(path).href))).toEqual(tags)
})

it('are all in the one file of a bundle for require()', async () => {
  const { path, files } = await bundle('cjs', false)
  expect(files).toHaveLength(1)
  expect(await languagesShown(createRequire(import.meta.url)(path))).toEqual(tags)
})

it('are beside what is loaded at the start in a bundle with splitting, but for English', async () => {
  const { path, localesAtStart } = await bundle('esm', true)
  expect(localesAtStart).toEqual(['en.ts'])
  expect(await languagesShown(await import(pathToFileURL(path).href))).toEqual(tags)
})
