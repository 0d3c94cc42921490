/**
 * Loading a config that is written in TypeScript: bundled by the app's esbuild when it has one, since that reads TypeScript as
 * projects write it (`./auth.js` for auth.ts, no endings, `paths`, enums); else by Node itself where it can.
 *
 * @module
 */
import { rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'
import { Failure } from './failure.js'

type Module = { readonly [name: string]: unknown }

export async function importTypeScript(file: string): Promise<Module> {
  const esbuild = await findEsbuild(file)
  if (esbuild) return importBundled(await bundle(esbuild, file), file)
  if (canStripTypes()) return import(pathToFileURL(file).href).catch(explain)
  throw new Failure(`${file} is TypeScript, which Node ${process.versions.node} does not run. Do one of these:
  npm install --save-dev esbuild, which this command then uses;
  use Node 22.18 or newer;
  write a grantwright.config.mjs that imports what your build makes.`)
}

async function findEsbuild(file: string): Promise<typeof import('esbuild') | undefined> {
  let path: string
  try {
    path = createRequire(file).resolve('esbuild')
  } catch {
    return undefined
  }
  return import(pathToFileURL(path).href)
}

/** Packages stay outside, above all grantwright itself. */
async function bundle({ build }: typeof import('esbuild'), file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node}`,
    sourcemap: 'inline',
    logLevel: 'silent',
    define: Object.fromEntries(Object.entries(places).map(([name, [constant]]) => [name, constant])),
    plugins: [keepPlaces],
    // What is CommonJS among the app's own files may call it.
    banner: {
      js: "import { createRequire as grantwrightRequire } from 'node:module'; const require = grantwrightRequire(import.meta.url);",
    },
  })
  return outputFiles[0]?.text ?? ''
}

/** What tells a module where it is, the constant that stands for it in the bundle, and its value. */
const places: { readonly [expression: string]: readonly [constant: string, of: (file: string) => string] } = {
  'import.meta.url': ['grantwrightUrl', (file) => pathToFileURL(file).href],
  'import.meta.filename': ['grantwrightFilename', (file) => file],
  'import.meta.dirname': ['grantwrightDirname', dirname],
  __filename: ['grantwrightFilename', (file) => file],
  __dirname: ['grantwrightDirname', dirname],
}

/** In a bundle all modules are in one place. A database file that lies beside its module must still be found. */
const keepPlaces: Plugin = {
  name: 'grantwright-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!/import\.meta|__(dir|file)name/.test(text)) return undefined
      const constants = new Map(Object.values(places).map(([constant, of]) => [constant, JSON.stringify(of(path))]))
      const lines = [...constants].map(([constant, value]) => `const ${constant} = ${value};`)
      return { contents: `${lines.join(' ')} ${text}`, loader: 'default' }
    })
  },
}

/** As a file beside the config, because its imports of packages are looked up from there. */
async function importBundled(code: string, file: string): Promise<Module> {
  const beside = join(dirname(file), `.grantwright.config-${process.pid}-${Date.now()}.mjs`)
  const remove = () => rmSync(beside, { force: true })
  process.once('exit', remove)
  try {
    writeFileSync(beside, code)
    process.setSourceMapsEnabled(true)
    return await import(pathToFileURL(beside).href)
  } finally {
    remove()
    process.off('exit', remove)
  }
}

/** Declared by the types of newer versions of Node only. */
const canStripTypes = (): boolean => Boolean((process.features as { readonly typescript?: unknown }).typescript)

/** Node finds a file only under its full name, and knows no TypeScript that is more than types. */
function explain(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof Error && /^ERR_(MODULE_NOT_FOUND|UNSUPPORTED_DIR_IMPORT|\w*TYPESCRIPT_SYNTAX)$/.test(code)) {
    error.message += `\nNode runs TypeScript by leaving out the types: imports name the file as it is ('./auth.ts'), and enums and the like do
not work. With esbuild (npm install --save-dev esbuild) all of that does.`
  }
  throw error
}
