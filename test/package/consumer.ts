/**
 * A folder of a user of the package: the packed tarball unpacked in its node_modules, with links to the packages it is
 * given. Needs dist/ (`npm run build`).
 *
 * @module
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pack } from '../../scripts/package.mjs'

const root = resolve(import.meta.dirname, '../..')
const dependencies = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies)

/** The entries that need no framework and no database client. */
export const coreEntries = ['grantwright', 'grantwright/resource', 'grantwright/storage/memory']

/** Makes the folder. Its dependencies are those of grantwright, and `packages` of the root's node_modules. */
export function createConsumer(packages: readonly string[]): string {
  if (!existsSync(join(root, 'dist/index.d.ts'))) throw new Error('dist/ is missing: run `npm run build` first')
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-consumer-'))
  const installed = join(folder, 'node_modules/grantwright')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', pack(folder), '-C', installed, '--strip-components=1'])
  for (const name of [...dependencies, ...packages]) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), link, 'junction')
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  return folder
}

export const removeConsumer = (folder: string) => rmSync(folder, { recursive: true, force: true })

/** Settings of a project, by the way in which it reads packages. */
const ways = {
  NodeNext: { module: 'NodeNext', moduleResolution: 'NodeNext' },
  Bundler: { module: 'ESNext', moduleResolution: 'Bundler' },
  Preserve: { module: 'Preserve', moduleResolution: 'Bundler' },
  Node16: { module: 'Node16', moduleResolution: 'Node16' },
  Node20: { module: 'Node20', moduleResolution: 'Node16' },
  Node10: { module: 'CommonJS', moduleResolution: 'Node10' },
  'CommonJS with Bundler': { module: 'CommonJS', moduleResolution: 'Bundler' },
}

/** What a compiler says to a strict consumer that imports `entries`; the empty string when it is content. */
export function typeCheck(
  folder: string,
  options: {
    compiler: string
    resolution: keyof typeof ways
    /** What the consumer's file becomes: by default an ES module. */
    format?: 'module' | 'commonjs'
    /** Up to which version of the compiler settings that it is about to drop are meant. */
    ignoreDeprecations?: string
    entries: readonly string[]
    types: readonly string[]
    /** What stands in the consumer's file besides. */
    code?: string
  },
): string {
  const { compiler, resolution, format = 'module', ignoreDeprecations, entries, types, code = '' } = options
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}'`)
  const uses = entries.map((_, index) => `console.log(Object.keys(entry${index}))`)
  const file = format === 'module' ? 'consumer.ts' : 'consumer.cts'
  writeFileSync(join(folder, file), [...imports, ...uses, code, ''].join('\n'))
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    ...ways[resolution],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // What becomes CommonJS is written as ES modules are.
    verbatimModuleSyntax: format === 'module',
    esModuleInterop: true,
    ...(ignoreDeprecations && { ignoreDeprecations }),
    // Our own declarations are judged too, not only what the consumer touches.
    skipLibCheck: false,
    noEmit: true,
    types,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
  return status === 0 ? '' : stdout + stderr || `the compiler ended with status ${status}`
}
