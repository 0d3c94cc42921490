/**
 * The tables of a page in `docs`, and the types that they are held to.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'

const root = resolve(import.meta.dirname, '../..')

/** The rows of a page under a heading, to the next one of its level or above: a list of cells each, the first of which is in backticks. */
export function tablesOf(path: string): (heading: string) => string[][] {
  const page = readFileSync(join(root, path), 'utf8')
  return (heading) => {
    const at = page.indexOf(`\n${heading}\n`)
    if (at < 0) throw new Error(`${path} has no heading "${heading}"`)
    const rest = page.slice(at + heading.length + 2)
    const end = rest.search(new RegExp(`^#{1,${heading.indexOf(' ')}} `, 'm'))
    const section = end < 0 ? rest : rest.slice(0, end)
    // The row above the line of dashes is the head of a table.
    const body = section.replaceAll(/^\|.*\|\n(?=\| ---)/gm, '')
    return [...body.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | ').map((cell) => cell.trim()))
  }
}

/** What stands in backticks. */
export const codes = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

/** Reads types of `src`. */
export function typesOf(paths: readonly string[]) {
  const file = (path: string) => join(root, path)
  const program = ts.createProgram(paths.map(file), {
    ...{ strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ESNext },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  })
  const checker = program.getTypeChecker()

  const declared = (path: string, name: string): ts.Type => {
    const source = program.getSourceFile(file(path))
    const module = source && checker.getSymbolAtLocation(source)
    const symbol = module && checker.getExportsOfModule(module).find((one) => one.name === name)
    if (!symbol) throw new Error(`${path} exports no ${name}`)
    return checker.getDeclaredTypeOfSymbol(symbol)
  }
  const textOf = (type: ts.Type) => (type.isStringLiteral() ? type.value : checker.typeToString(type))

  return {
    checker,
    textOf,
    /** The members of an exported union. */
    membersOf(path: string, name: string): readonly ts.Type[] {
      const type = declared(path, name)
      if (!type.isUnion()) throw new Error(`${name} of ${path} is no union`)
      return type.types
    },
    /** The names of the members of an exported interface, inherited ones included. */
    namesOf: (path: string, name: string): string[] =>
      checker.getPropertiesOfType(declared(path, name)).map((member) => member.name),
  }
}
