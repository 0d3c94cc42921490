/**
 * What a file imports, in any of the ways TypeScript has, and which of our own files that is.
 *
 * @module
 */
import { posix } from 'node:path'
import ts from 'typescript'
import { entries, specifier } from '../entries.mjs'

/** What a node imports; null when it is no import. */
export function importOf(node) {
  if (ts.isImportDeclaration(node)) return module(node.moduleSpecifier, onlyTypes(node.importClause))
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    const names = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : []
    return module(node.moduleSpecifier, node.isTypeOnly || allTypes(names))
  }
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference))
    return module(node.moduleReference.expression, node.isTypeOnly)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return module(node.argument.literal, true)
  if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) return module(node.name, true)
  if (ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText()))
    return module(node.arguments[0], false)
  return null
}

const module = (node, typeOnly) => (node && ts.isStringLiteralLike(node) ? { specifier: node.text, typeOnly } : null)

const onlyTypes = (clause) =>
  !!clause &&
  (clause.isTypeOnly ||
    (!clause.name &&
      !!clause.namedBindings &&
      ts.isNamedImports(clause.namedBindings) &&
      allTypes(clause.namedBindings.elements)))

const allTypes = (elements) => elements.length > 0 && elements.every((element) => element.isTypeOnly)

const ownEntries = new Map(Object.entries(entries).map(([entry, source]) => [specifier(entry), source]))

/** `src/grant/step.ts` for `../grant/step.js` and for our own package's name; other specifiers as they are. */
export function target(from, specifier) {
  if (/^\.\.?(\/|$)/.test(specifier)) return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')
  return ownEntries.get(specifier) ?? specifier
}

/**
 * Which of the given files each of them imports, types and `import()` included, in the order of their names.
 *
 * @param {ReadonlyMap<string, string>} files path from the repository's root → text
 * @returns {Map<string, string[]>}
 */
export function importGraph(files) {
  const importsOf = (path) => {
    /** @type {Set<string>} */
    const found = new Set()
    const visit = (node) => {
      const imported = importOf(node)
      if (imported) found.add(target(path, imported.specifier))
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(path, files.get(path) ?? '', ts.ScriptTarget.Latest, true))
    return [...found].filter((to) => files.has(to)).sort()
  }
  return new Map([...files.keys()].sort().map((path) => [path, importsOf(path)]))
}
