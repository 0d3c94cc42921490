/**
 * Runs before `npm publish`, and stops it while what CONTRIBUTING.md lists under "Releasing" is not done, as far as a script can see.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** What is still to do before the package in a folder can be published, in words. */
export function missing(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const changelog = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')
  const notes = readdirSync(join(folder, '.changeset')).filter((name) => name.endsWith('.md') && name !== 'README.md')
  const unnamed = ['repository', 'homepage', 'bugs'].filter((field) => !manifest[field])
  return [
    ...(notes.length ? [`${notes.length} notes in .changeset are not in the changelog: npx changeset version`] : []),
    ...(changelog.includes(`\n## ${manifest.version}\n`) ? [] : [`CHANGELOG.md says nothing of ${manifest.version}`]),
    ...unnamed.map((field) => `package.json has no ${field}: say whose repository this is published from`),
  ]
}

if (process.argv[1] === import.meta.filename) {
  const told = missing(resolve(import.meta.dirname, '..'))
  for (const line of told) console.error(line)
  process.exitCode = told.length ? 1 : 0
}
