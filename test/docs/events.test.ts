/** The tables of docs/events.md, held to the types: what one of them has, the other has. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/events.md'), 'utf8')

const file = (path: string) => join(root, path)
const program = ts.createProgram(['src/edge/events.ts', 'src/edge/errors.ts', 'src/grant/state.ts'].map(file), {
  ...{ strict: true, noEmit: true, types: [] },
  ...{
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  },
})
const checker = program.getTypeChecker()

/** The members of an exported union. */
function membersOf(path: string, name: string): readonly ts.Type[] {
  const source = program.getSourceFile(file(path))
  const module = source && checker.getSymbolAtLocation(source)
  const symbol = module && checker.getExportsOfModule(module).find((one) => one.name === name)
  const type = symbol && checker.getDeclaredTypeOfSymbol(symbol)
  if (!type?.isUnion()) throw new Error(`${name} of ${path} is no union`)
  return type.types
}

const textOf = (type: ts.Type) => (type.isStringLiteral() ? type.value : checker.typeToString(type))

/** The cells of the rows under a heading, to the next one of its level or above. */
function rowsUnder(heading: string): string[][] {
  const at = page.indexOf(`\n${heading}\n`)
  const level = heading.indexOf(' ')
  const rest = page.slice(at + heading.length + 2)
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'))
  const section = end < 0 ? rest : rest.slice(0, end)
  return [...section.matchAll(/^\| (`.*) \|$/gm)]
    .map(([, row = '']) => row.split(' | '))
    .filter(([first]) => !/^`(reason|type)`$/.test(first ?? ''))
}

const codes = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

describe('the page about events', () => {
  it('has a row for every event, and every member in it', () => {
    const documented = rowsUnder('## Events').map(([type, members]) => [codes(type)[0], codes(members).sort()])
    const real = membersOf('src/edge/events.ts', 'ServerEvent').map((event) => {
      const members = checker.getPropertiesOfType(event)
      const type = members.find(({ name }) => name === 'type')
      const names = members.map(({ name }) => name).filter((name) => name !== 'type' && name !== 'at')
      return [type && textOf(checker.getTypeOfSymbol(type)), names.sort()]
    })
    const sorted = (rows: unknown[][]) => [...rows].sort(([one], [other]) => String(one).localeCompare(String(other)))
    expect(real.length).toBeGreaterThan(10)
    expect(sorted(documented)).toEqual(sorted(real))
  })

  it.each([
    ['## Why a request was refused', 'src/edge/errors.ts', 'RefusalReason'],
    ['## Why a grant ended', 'src/grant/state.ts', 'RevocationReason'],
  ])('has under "%s" a row for every reason, and no other', (heading, path, name) => {
    const rows = rowsUnder(heading)
    const documented = rows.flatMap(([reason]) => codes(reason))
    const real = membersOf(path, name).map(textOf)
    expect(documented.sort()).toEqual(real.map((reason) => (reason.startsWith('`') ? 'name:what' : reason)).sort())
    for (const row of rows) expect(row.map((cell) => cell.trim()).filter((cell) => cell !== '')).toHaveLength(3)
  })
})
