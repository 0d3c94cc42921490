/**
 * The import walls of docs/architecture.md. Each violation is one line: where, what, and why it is not allowed.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { fileCircles } from './walls/file-circles.mjs'
import { importGraph, importOf, target } from './walls/imports.mjs'
import { roomCircles } from './walls/room-circles.mjs'

/** What is pure outside of these rooms. */
const lent = new Set(['src/runtime/hash.ts', 'src/runtime/given.ts'])
const pure = /^src\/(grant|protocol|known-clients|features\/[^/]+\/rules)\//
const endpoints = /^src\/(endpoints|authorize|token|account|browser|client-authentication|access-token)\//
const drivers = /^src\/storage\/(memory|sqlite|sql|redis)\b/
const frameworks = /^(express|hono|next)(\/|$)/

/**
 * The walls. `from` is the importing file, `to` what it imports (`src/…` for our own files, else the package's specifier).
 *
 * @type {{ broken(from: string, to: string, typeOnly: boolean): boolean, why: string }[]}
 */
const walls = [
  {
    broken: (from, to) => pure.test(from) && !pure.test(to) && !lent.has(to) && !isSchema(from, to),
    why: 'src/grant, src/protocol, src/known-clients and the rules of features are pure: they import only each other, src/runtime/hash and given, and (client metadata) zod/mini',
  },
  {
    broken: (from, to) =>
      to.startsWith('src/features/') && featureOf(from) !== featureOf(to) && !from.startsWith('src/presets/'),
    why: 'a feature is known by nobody but presets: what two of them need goes below both, and the core runs none by name',
  },
  {
    broken: (from, to) => to.startsWith('src/known-clients/') && !/^src\/(known-clients|presets|cli)\//.test(from),
    why: 'known clients are data for presets, the CLI, tests and docs: no rule depends on who somebody is',
  },
  {
    // The keys of clients are handed the fetcher, and know what it is like.
    broken: (from, to, typeOnly) =>
      to.startsWith('src/guarded-fetch/') &&
      !/^src\/(guarded-fetch|features)\//.test(from) &&
      !(typeOnly && from.startsWith('src/client-keys/')),
    why: 'documents of strangers are fetched by features alone: a server without them does not carry the fetcher',
  },
  {
    broken: (from, to) => to.startsWith('src/client-keys/') && !/^src\/(client-keys|features)\//.test(from),
    why: 'keys of clients are for features alone: a server without them does not carry what reads them',
  },
  {
    broken: (from, to) => from.startsWith('src/') && to.startsWith('adapters/'),
    why: 'adapters stand on src, never the other way round',
  },
  {
    broken: (from, to) => /^jose(\/|$)/.test(to) && from !== 'src/runtime/jose.ts',
    why: 'src/runtime/jose.ts is the one door to jose',
  },
  {
    broken: (from, to) =>
      to.startsWith('node:') && from.startsWith('src/') && !/^src\/(runtime|cli)\//.test(from) && !drivers.test(from),
    why: 'the core runs without Node: only storage drivers, src/runtime, src/cli and adapters import node: modules',
  },
  {
    broken: (from, to) => to.startsWith('src/cli/') && !from.startsWith('src/cli/'),
    why: 'the CLI stands on the rest of src, and nothing on the CLI',
  },
  {
    broken: (_, to) => /^zod(\/|$)/.test(to) && to !== 'zod/mini',
    why: 'zod is imported as zod/mini, which is a sixteenth of the size',
  },
  {
    broken: (from, to) =>
      endpoints.test(from) &&
      to.startsWith('src/storage/') &&
      !/^src\/storage\/(repositories|advance|outcome|unsent-answers)\.ts$/.test(to),
    why: 'endpoints reach storage through its typed repositories, and through advance, which steps a grant',
  },
  {
    broken: (from, to) => from.startsWith('src/') && frameworks.test(to),
    why: 'frameworks are known to adapters alone',
  },
  {
    broken: (from, to, typeOnly) => {
      const framework = frameworks.exec(to)?.[1]
      return !!framework && from.startsWith('adapters/') && !typeOnly && !ownAdapter(from, framework)
    },
    why: 'an adapter imports only the types of a framework; express and hono may be imported by the adapter of that name',
  },
]

const isSchema = (from, to) => from === 'src/protocol/parse-client-metadata.ts' && to === 'zod/mini'
const featureOf = (file) => /^src\/features\/[^/]+/.exec(file)?.[0]
const ownAdapter = (file, framework) => framework !== 'next' && new RegExp(`^adapters/${framework}\\b`).test(file)

const purity =
  'src/grant, src/protocol, src/known-clients and the rules of features have no clock, no randomness, no I/O and no promise: these are passed in'
const impure = new Set([
  ...['Promise', 'crypto', 'performance', 'process', 'fetch', 'console'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
])
const impureMembers = new Set(['Date.now', 'Math.random'])

const asciiOnly =
  'the wire is ASCII by its RFC: use src/protocol/ascii, or [ \\t] and /i without u. Text of people is for the files that walls.mjs names'
const unicodeMethods = new Set([
  ...['trim', 'trimStart', 'trimEnd', 'toLowerCase', 'toUpperCase', 'normalize'],
  ...['toLocaleLowerCase', 'toLocaleUpperCase', 'localeCompare'],
])

/** Files whose text is not the wire's, and what it is. */
const unicodeText = [
  [
    /^src\/(pages\/(?!(locale|own-form|policy)\.ts$)|cli\/)/,
    'words of people and of the app; what reads headers is not',
  ],
  [/^src\/users\/fold-name\.ts$/, 'names of people, in every spelling that a database takes for one'],
  [/^src\/protocol\/(parse-client-metadata|spelling)\.ts$/, 'names for people to read; slips of operators'],
  [/^src\/keys\/signer\.ts$/, 'a key as an operator pastes it'],
  [/^adapters\/node\/message\.ts$/, 'names of header fields, which the parser has made sure are tokens'],
  [/\/testing\//, 'suites that read pages'],
].map(([files]) => files)

/**
 * The violations in one file.
 *
 * @param {string} path from the repository's root, with forward slashes
 * @param {string} text
 * @returns {string[]}
 */
export function violations(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  /** @type {string[]} */
  const found = []
  const report = (node, what, why) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart())
    found.push(`${path}:${line + 1}: ${what}: ${why}`)
  }
  const visit = (node) => {
    const imported = importOf(node)
    if (imported) {
      const to = target(path, imported.specifier)
      for (const { broken, why } of walls)
        if (broken(path, to, imported.typeOnly)) report(node, `imports '${imported.specifier}'`, why)
    }
    const what = pure.test(path) && impurity(node)
    if (what) report(node, what, purity)
    const unicode = !unicodeText.some((files) => files.test(path)) && knowsUnicode(node)
    if (unicode) report(node, unicode, asciiOnly)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** What in a node a pure module must not have; null when it is clean. */
function impurity(node) {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'uses async'
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return 'uses await'
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') return 'uses new Date'
  if (ts.isPropertyAccessExpression(node)) {
    const name = node.getText().replace(/^globalThis\./, '')
    if (impureMembers.has(name)) return `uses ${name}`
  }
  if (ts.isIdentifier(node) && impure.has(node.text) && !isName(node)) return `uses ${node.text}`
  return null
}

/** What in a node treats characters beyond ASCII as spaces or letters; null when nothing does. */
function knowsUnicode(node) {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const name = node.expression.name.text
    return unicodeMethods.has(name) ? `calls ${name}()` : null
  }
  if (!ts.isRegularExpressionLiteral(node)) return null
  const [, pattern = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? []
  // With both flags, K and S stand for the Kelvin sign and the long s, too.
  if (/[uv]/.test(flags) && flags.includes('i')) return 'uses a regular expression with i and u'
  return /(?<!\\)(?:\\\\)*\\[sS]/.test(pattern) ? 'uses \\s in a regular expression' : null
}

/** Whether an identifier only names a member (`request.fetch`, `{ process: 1 }`), so that no global is meant. */
function isName(node) {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node && parent.expression.getText() !== 'globalThis'
  return (
    (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent)) &&
    parent.name === node
  )
}

if (process.argv[1] === import.meta.filename) {
  const root = resolve(import.meta.dirname, '..')
  const names = ['src', 'adapters'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name.replaceAll('\\', '/')}`,
    ),
  )
  const files = new Map(
    names.filter((path) => path.endsWith('.ts')).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  )
  const imports = importGraph(files)
  const found = [
    ...[...files].flatMap(([path, text]) => violations(path, text)),
    ...fileCircles(imports),
    ...roomCircles(imports),
  ]
  for (const line of found) console.error(line)
  console.log(found.length ? `${found.length} walls broken` : `walls stand`)
  process.exitCode = found.length ? 1 : 0
}
