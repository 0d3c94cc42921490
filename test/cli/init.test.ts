import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { starters } from '../../src/cli/starters.js'

const root = resolve(import.meta.dirname, '../..')
const cli = join(root, 'dist/cli.js')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const made: string[] = []
let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'grantwright-init-'))
  made.push(place)
})
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

function run(cwd: string, ...args: string[]) {
  if (!existsSync(cli)) throw new Error('dist/ is missing: run `npm run build` first')
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'init', ...args], { cwd, encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

const manifestIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** Every file below a folder, with what is in it. */
function contents(folder: string): { readonly [path: string]: string } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((file) => join(file.parentPath, file.name))
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]))
}

describe.each(Object.keys(starters))('init %s', (starter) => {
  const original = join(root, 'examples', starter)

  it('copies the starter into a new folder and prints the next command', () => {
    expect(run(place, starter, 'notes')).toEqual({
      code: 0,
      stdout: `Copied the starter to ${join(place, 'notes')}. Next:\n\n  cd notes && npm install && npm start\n`,
      stderr: '',
    })
    expect(readdirSync(place)).toEqual(['notes'])
    const { 'package.json': _, ...copied } = contents(join(place, 'notes'))
    for (const [path, text] of Object.entries(copied))
      expect(text, path).toBe(readFileSync(join(original, path), 'utf8'))
    expect(Object.keys(copied)).toEqual(expect.arrayContaining(['.gitignore', 'README.md', 'tsconfig.json']))
  })

  it('fills in the name of the folder and the version of grantwright, and changes nothing else', () => {
    run(place, starter, 'notes')
    const { name: nameBefore, dependencies: before, ...restBefore } = manifestIn(original)
    const { name, dependencies, ...rest } = manifestIn(join(place, 'notes'))
    expect([nameBefore, name]).toEqual([`grantwright-${starter}-starter`, 'notes'])
    expect(dependencies).toEqual({ ...before, grantwright: `^${version}` })
    expect(rest).toEqual(restBefore)
  })
})

describe('init', () => {
  it('tells a script what it did', () => {
    const { code, stdout } = run(place, 'express', "Ada's Notes", '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      starter: 'express',
      folder: join(place, "Ada's Notes"),
      name: 'ada-s-notes',
      next: "cd 'Ada'\\''s Notes' && npm install && npm start",
    })
  })

  it('fills the working directory when that is empty', () => {
    const { code, stdout } = run(place, 'express', '.')
    expect({ code, next: stdout.split('\n').at(-2) }).toEqual({ code: 0, next: '  npm install && npm start' })
    expect(readdirSync(place)).toContain('server.ts')
    expect(readdirSync(place).filter((name) => name.startsWith('.'))).toEqual(['.gitignore'])
  })

  it('fills a fresh git repository', () => {
    mkdirSync(join(place, '.git'))
    writeFileSync(join(place, '.git/HEAD'), 'ref: refs/heads/main\n')
    expect(run(place, 'express', '.').code).toBe(0)
    expect(contents(place)).toMatchObject({ '.git/HEAD': 'ref: refs/heads/main\n', 'server.ts': expect.anything() })
    expect(readdirSync(place).filter((name) => name.startsWith('.'))).toEqual(['.git', '.gitignore'])
  })

  it.each([
    [['expres', 'notes'], 'There is no starter "expres". Did you mean express?'],
    [['koa', 'notes'], 'There is no starter "koa". There are: express, hono, mcp, next, sign-in.'],
    [['toString', 'notes'], 'There is no starter "toString".'],
    [['express'], '<folder> is missing.'],
    [['express', ''], '<folder> is empty.'],
    [['express', 'notes', 'more'], '"more" is one word too many.'],
    [['express', 'notes', '--config', 'x'], 'There is no flag --config.'],
  ])('refuses %j and writes nothing', (args, message) => {
    const { code, stdout, stderr } = run(place, ...args)
    expect(stderr).toContain(`grantwright: ${message}`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(readdirSync(place)).toEqual([])
  })

  it.each([
    ['a folder that is not empty', 'full', 'full is not empty: file is in it.'],
    ['a file', 'full/file', 'full/file is a file.'],
    ['a folder in one that is missing', 'missing/notes', 'missing to make notes in.'],
    ['a folder in a file', 'full/file/notes', 'full/file to make notes in.'],
  ])('refuses %s and writes nothing', (_, folder, message) => {
    mkdirSync(join(place, 'full'))
    writeFileSync(join(place, 'full/file'), 'mine')
    const { code, stdout, stderr } = run(place, 'express', folder)
    expect(stderr).toContain(message)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(readdirSync(place, { recursive: true })).toEqual(['full', 'full/file'])
    expect(contents(place)).toEqual({ 'full/file': 'mine' })
  })
})
