/**
 * The public names of every entry, pinned. A name that comes or goes is a decision: look at the difference, then
 * `npx vitest run test/package/public-names.test.ts -u`. Needs dist/ (`npm run build`).
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { entries } from '../../scripts/entries.mjs'

const root = resolve(import.meta.dirname, '../..')
const dist = (file: string) => join(root, 'dist', file)
if (!existsSync(dist('index.d.ts'))) throw new Error('dist/ is missing: run `npm run build` first')

const declarations = Object.keys(entries).map((entry) => dist(`${entry}.d.ts`))
const program = ts.createProgram(declarations, {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
  types: ['node'],
})
const checker = program.getTypeChecker()

/** The names that an entry's declarations export, sorted: those that are values, and those that are types alone. */
function declaredNames(entry: string): { values: string[]; types: string[] } {
  const file = program.getSourceFile(dist(`${entry}.d.ts`))
  const module = file && checker.getSymbolAtLocation(file)
  const symbols = module ? checker.getExportsOfModule(module) : []
  const isValue = (symbol: ts.Symbol) => {
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    return (meant.flags & ts.SymbolFlags.Value) !== 0
  }
  const names = (which: ts.Symbol[]) => which.map((symbol) => symbol.name).sort()
  return { values: names(symbols.filter(isValue)), types: names(symbols.filter((symbol) => !isValue(symbol))) }
}

describe.each(Object.keys(entries))('the entry %s', (entry) => {
  it('exports exactly the pinned names', () => {
    expect(declaredNames(entry)).toMatchSnapshot()
  })

  it('has at run time the values that its types declare', async () => {
    const loaded = await import(/* @vite-ignore */ pathToFileURL(dist(`${entry}.js`)).href)
    expect(Object.keys(loaded).sort()).toEqual(declaredNames(entry).values)
  })
})

describe('package.json', () => {
  const { exports, main, types, typesVersions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const names = Object.keys(entries)

  it('exports exactly these entries, to require() as to import', () => {
    const offered = names.map((entry) => [
      entry === 'index' ? '.' : `./${entry}`,
      {
        types: { require: `./dist/${entry}.d.cts`, default: `./dist/${entry}.d.ts` },
        default: `./dist/${entry}.js`,
      },
    ])
    expect(exports).toEqual({ ...Object.fromEntries(offered), './package.json': './package.json' })
  })

  it('has their types also for compilers that do not read exports', () => {
    expect([main, types]).toEqual(['./dist/index.js', './dist/index.d.ts'])
    const others = names.filter((entry) => entry !== 'index')
    expect(typesVersions).toEqual({
      '*': Object.fromEntries(others.map((entry) => [entry, [`./dist/${entry}.d.ts`]])),
    })
  })

  it('names no file that is not built', () => {
    for (const entry of names)
      for (const ending of ['js', 'd.ts', 'd.cts']) expect(existsSync(dist(`${entry}.${ending}`)), entry).toBe(true)
  })
})
