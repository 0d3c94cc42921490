/**
 * The changelog, and what a release makes of it, in a copy of the few files that it changes.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { missing } from '../../scripts/release.mjs'

const root = resolve(import.meta.dirname, '../..')
const publisher = {
  repository: 'https://repository.example/grantwright.git',
  homepage: 'https://grantwright.example',
  bugs: 'https://repository.example/grantwright/issues',
}

let copy: string
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'grantwright-release-'))
  for (const name of ['package.json', 'package-lock.json', 'CHANGELOG.md', '.changeset'])
    cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const note = "---\n'grantwright': minor\n---\n\nA note that is not released yet.\n"
  writeFileSync(join(copy, '.changeset/not-released.md'), note)
})
afterEach(() => rmSync(copy, { recursive: true }))

const read = (name: string) => readFileSync(join(copy, name), 'utf8')
const manifest = () => JSON.parse(read('package.json'))
const describePublisher = () =>
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest(), ...publisher }))

function release() {
  const cli = join(root, 'node_modules/@changesets/cli/bin.js')
  const { status, stderr } = spawnSync(process.execPath, [cli, 'version'], { cwd: copy, encoding: 'utf8' })
  expect(status, stderr).toBe(0)
}

describe('a release', () => {
  it('puts every note at the head of the changelog, and keeps what stands there as it is', () => {
    const [before, waiting] = [read('CHANGELOG.md'), readdirSync(join(copy, '.changeset')).length]
    release()
    const [title, ...rest] = before.split('\n')
    const after = read('CHANGELOG.md')
    expect(after).toMatch(new RegExp(`^${title}\n\n## ${manifest().version}\n`))
    expect(after).toContain('- A note that is not released yet.\n')
    expect(after.endsWith(rest.join('\n').trimStart())).toBe(true)
    expect(waiting).toBeGreaterThan(2)
    expect(readdirSync(join(copy, '.changeset')).sort()).toEqual(['README.md', 'config.json'])
  })

  it('is stopped while there are notes outside of the changelog', () => {
    describePublisher()
    expect(missing(copy).join()).toMatch(/^\d+ notes in \.changeset are not in the changelog/)
    release()
    expect(missing(copy)).toEqual([])
  })

  it('is stopped while nobody has said whose it is', () => {
    release()
    const fields = Object.keys(publisher).filter((field) => !(field in manifest()))
    expect(missing(copy)).toEqual(fields.map((field) => expect.stringContaining(`has no ${field}`)))
    describePublisher()
    expect(missing(copy)).toEqual([])
  })

  it('is stopped when the changelog does not name the version', () => {
    release()
    describePublisher()
    writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest(), version: '9.9.9' }))
    expect(missing(copy)).toEqual(['CHANGELOG.md says nothing of 9.9.9'])
  })
})

it('the changelog names the version of package.json', () => {
  expect(read('CHANGELOG.md')).toContain(`\n## ${manifest().version}\n`)
})
