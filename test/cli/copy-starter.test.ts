import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { copyStarter, packageName, type Starter } from '../../src/cli/copy-starter.js'
import { Failure } from '../../src/cli/failure.js'

/** How many calls of the file system go well until one fails. */
const disk = vi.hoisted(() => ({ callsLeft: Number.POSITIVE_INFINITY }))
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const failing =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      if (disk.callsLeft-- <= 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      return call(...args)
    }
  const { mkdirSync, writeFileSync, renameSync } = real
  return {
    ...real,
    mkdirSync: failing(mkdirSync),
    writeFileSync: failing(writeFileSync),
    renameSync: failing(renameSync),
  }
})

let place: string
let starter: Starter
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'grantwright-starter-'))
  starter = { folder: join(place, 'starter'), gitignore: 'node_modules/\n', grantwright: '^1.2.3' }
  mkdirSync(join(starter.folder, 'public'), { recursive: true })
  mkdirSync(join(place, 'copies'))
  write('package.json', '{ "name": "starter", "dependencies": { "express": "5.3.0", "grantwright": "^0.1.0" } }')
  write('server.ts', 'serve()\n')
  write('public/index.html', '<h1>Notes</h1>\n')
})
afterEach(() => {
  disk.callsLeft = Number.POSITIVE_INFINITY
  rmSync(place, { recursive: true })
})

const write = (path: string, text: string) => writeFileSync(join(starter.folder, path), text)
const copies = () => readdirSync(join(place, 'copies'), { recursive: true }).map(String).sort()
const whole = ['.gitignore', 'package.json', 'public', 'public/index.html', 'server.ts']

it('copies every file, with a .gitignore and a package.json of its own', () => {
  const folder = join(place, 'copies/notes')
  expect(copyStarter(starter, folder)).toBe('notes')
  expect(copies()).toEqual(['notes', ...whole.map((path) => `notes/${path}`)])
  const text = (path: string) => readFileSync(join(folder, path), 'utf8')
  expect(text('public/index.html')).toBe('<h1>Notes</h1>\n')
  expect(text('.gitignore')).toBe('node_modules/\n')
  expect(JSON.parse(text('package.json'))).toEqual({
    name: 'notes',
    dependencies: { express: '5.3.0', grantwright: '^1.2.3' },
  })
})

it('leaves out what a starter has once it has run', () => {
  for (const folder of ['node_modules', '.next']) {
    mkdirSync(join(starter.folder, folder))
    write(`${folder}/index.js`, '')
  }
  for (const file of ['.env', 'auth.db', 'auth.db-wal', 'package-lock.json', 'next-env.d.ts', 'x.tsbuildinfo']) {
    write(file, '')
  }
  copyStarter(starter, join(place, 'copies'))
  expect(copies()).toEqual(whole)
})

it('keeps the name of the starter where the folder has none that a package can have', () => {
  expect(copyStarter(starter, join(place, 'copies/メモ'))).toBe('starter')
})

it('takes a folder with nothing but a `.git` for an empty one, and leaves that alone', () => {
  mkdirSync(join(place, 'copies/.git'))
  writeFileSync(join(place, 'copies/.git/HEAD'), 'ref: refs/heads/main\n')
  copyStarter(starter, join(place, 'copies'))
  expect(copies()).toEqual(['.git', '.git/HEAD', ...whole])
  expect(readFileSync(join(place, 'copies/.git/HEAD'), 'utf8')).toBe('ref: refs/heads/main\n')
})

it.each([
  ['notes.txt', ['.git', 'notes.txt']],
  ['.gitignore', ['.gitignore']],
])('names an entry that is in the way: %s', (inTheWay, entries) => {
  for (const entry of entries) writeFileSync(join(place, 'copies', entry), '')
  const message = `copies is not empty: ${inTheWay} is in it.`
  expect(() => copyStarter(starter, join(place, 'copies'))).toThrow(message)
  expect(copies()).toEqual(entries)
})

describe.each([
  ['a new folder', 'copies/notes', []],
  ['an empty folder', 'copies', []],
  ['a folder with a `.git`', 'copies', ['.git', '.git/HEAD']],
])('a copy into %s', (_, folder, before) => {
  beforeEach(() => {
    if (before.length === 0) return
    mkdirSync(join(place, 'copies/.git'))
    writeFileSync(join(place, 'copies/.git/HEAD'), 'ref: refs/heads/main\n')
  })

  it('leaves everything as it was, whichever write fails', () => {
    let failures = 0
    for (; ; failures++) {
      disk.callsLeft = failures
      try {
        copyStarter(starter, join(place, folder))
        break
      } catch (error) {
        expect(error).toBeInstanceOf(Failure)
        expect(String(error)).toContain(`Nothing was written to ${join(place, folder)}: ENOSPC`)
      }
      expect(copies(), `after ${failures} writes`).toEqual(before)
    }
    // Folders, files, the .gitignore, package.json once more, and renaming.
    expect(failures).toBeGreaterThanOrEqual(8)
  })
})

describe('the name of a package', () => {
  it.each([
    ['notes', 'notes'],
    ['My Notes', 'my-notes'],
    ['Äpfel & Öl!', 'apfel-ol'],
    ['_hidden', 'hidden'],
    ['.config', 'config'],
    ['v1.0_beta', 'v1.0_beta'],
    ['ﬁle', 'file'],
    ['x'.repeat(300), 'x'.repeat(214)],
    ['メモ', undefined],
    ['---', undefined],
    ['..', undefined],
    ['node_modules', undefined],
    ['Favicon.ico', undefined],
  ])('for %j is %j', (text, name) => expect(packageName(text)).toBe(name))
})
