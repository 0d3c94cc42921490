/**
 * `--quick [commit]`: what the working tree has made faster or slower than a commit, in two minutes.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { median, ratio } from './figures.mjs'
import { measureWork } from './measure.mjs'
import { build, root } from './ready.mjs'
import { columns } from './tables.mjs'
import { temporaryFolder, whenOver } from './temporary.mjs'
import { printVerdict, verdictOf } from './verdict.mjs'
import { workNamed } from './works/all.mjs'

const works = [
  'client-credentials-jwt',
  'refresh-jwt',
  'refresh-opaque',
  'code-opaque',
  'introspection-opaque',
  'authorize-jwt',
]
const times = { connections: 16, rounds: 3, firstWarmUp: 1200, warmUp: 300, window: 700 }

export async function quick(cores, wanted) {
  const then = commitToCompare(wanted)
  const folder = then && checkOut(then)
  const began = performance.now()
  const entries = [
    { label: 'floor', name: 'floor' },
    ...(folder ? [{ label: 'then', name: 'grantwright', env: { GRANTWRIGHT_DIST: join(folder, 'dist') } }] : []),
    { label: 'now', name: 'grantwright' },
  ]
  console.log(
    then ? `The working tree against ${then}; CPU µs for each:` : 'No commit to compare with; CPU µs for each:',
  )
  const rows = [
    ['', 'floor', ...(folder ? ['then', '÷ floor'] : []), 'now', '÷ floor', ...(folder ? ['now ÷ then'] : [])],
  ]
  const results = []
  for (const name of works) {
    const cells = await measureWork(workNamed(name), entries, cores, times)
    results.push({ work: name, cells })
    rows.push(rowOf(name, cells))
  }
  console.log(columns(rows))
  console.log(`(${Math.round((performance.now() - began) / 1000)} s)`)
  const verdict = verdictOf(results)
  printVerdict(verdict)
  // It is a comparison and no test: on a machine that is shared the figures are marked, and nothing fails.
  process.exitCode = verdict.refused.length ? 1 : 0
}

function rowOf(name, cells) {
  const [floor, ...builds] = cells.map(({ rounds }) => rounds.map(({ cost }) => cost))
  if (cells.some(({ refused }) => refused !== null)) return [name, 'refused']
  const shown = builds.flatMap((costs) => [median(costs).toFixed(1), ratio(costs, floor).toFixed(2)])
  return [
    name,
    median(floor).toFixed(1),
    ...shown,
    ...(builds.length > 1 ? [ratio(builds[1], builds[0]).toFixed(3)] : []),
  ]
}

const git = (...args) => {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}

/** @returns {string | null} its short hash; null where there is no git, or no such commit in it */
function commitToCompare(wanted) {
  const isDirty = Boolean(git('status', '--porcelain', '--', 'src', 'adapters', 'package.json', 'tsup.config.ts'))
  const found = git(
    'rev-parse',
    '--short',
    '--verify',
    '--quiet',
    `${wanted ?? (isDirty ? 'HEAD' : 'HEAD~1')}^{commit}`,
  )
  if (wanted && !found) throw new Error(`There is no commit ${wanted} here.`)
  return found
}

/** Built, beside the dependencies of the working tree; put away when this process is over. */
function checkOut(commit) {
  const folder = join(temporaryFolder(), 'then')
  whenOver(() => putAway(folder))
  if (git('worktree', 'add', '--detach', folder, commit) === null) throw new Error(`${commit} cannot be checked out.`)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  build(folder)
  return folder
}

function putAway(folder) {
  // The link first: what it leads to is the working tree's.
  rmSync(join(folder, 'node_modules'), { force: true })
  git('worktree', 'remove', '--force', folder)
}
