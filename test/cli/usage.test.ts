import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { type Flags, parseArguments } from '../../src/cli/arguments.js'
import { commands } from '../../src/cli/commands.js'
import { createApp } from './app.js'

const app = createApp({})
afterAll(() => app.remove())

describe('help', () => {
  it('lists every command', async () => {
    const { code, stdout, stderr } = await app.run('--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const name of Object.keys(commands)) expect(stdout).toContain(`  ${name}`)
  })

  it.each(Object.entries(commands))('of %s names each of its flags, and needs no config', async (name, command) => {
    const { code, stdout, stderr } = await app.run(...name.split(' '), '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`npx grantwright ${name}`)
    for (const flag of [...Object.keys(command.flags ?? {}), 'json', 'help']) expect(stdout).toContain(`  --${flag}`)
  })

  it('of a group lists its commands alone', async () => {
    const { stdout } = await app.run('keys', '-h')
    expect(stdout).toContain('keys generate')
    expect(stdout).not.toContain('client create')
  })

  it.each([[], ['client']])('is what a command line without a command gets, as an error: %j', async (...args) => {
    const { code, stdout, stderr } = await app.run(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('client create')
  })
})

it('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect((await app.run('--version')).stdout).toBe(`${version}\n`)
})

describe('a command line that is wrong', () => {
  it.each([
    [['clinet', 'list'], 'There is no command `clinet`. Did you mean `client`?'],
    [['client', 'crate'], 'There is no command `client crate`. Did you mean `client create`?'],
    [['serve'], 'There is no command `serve`. There are: init, migrate, client, grants, keys, doctor.'],
    [['client', 'toString'], 'There is no command `client toString`.'],
    [['constructor'], 'There is no command `constructor`.'],
    [['--config', 'x', 'migrate'], 'The command comes first, then its flags.'],
    [['client', 'create', '--redirect_uri', 'x'], 'There is no flag --redirect_uri. Did you mean --redirect-uri?'],
    [['client', 'list', '--colour'], 'There is no flag --colour.'],
    [['keys', 'generate', '--config', 'x'], 'There is no flag --config.'],
    [['client', 'show'], '<client_id> is missing.'],
    [['client', 'list', 'all'], '"all" is one word too many.'],
  ])('%j is told what is wrong, with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await app.run(...args)
    expect(stderr).toContain(`grantwright: ${message}`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('flags', () => {
  const flags: Flags = {
    name: { value: 'text', help: '' },
    uri: { value: 'uri', repeat: true, help: '' },
    force: { help: '' },
    help: { help: '' },
  }
  const parse = (...args: string[]) => parseArguments(args, flags, ['<id>', '[more]'])

  it('give their values, in either way of writing', () => {
    const args = parse('a', '--name', 'x', '--uri=1', '--uri', '2', '--force')
    expect(args.operands).toEqual(['a'])
    expect(args.value('name')).toBe('x')
    expect(args.values('uri')).toEqual(['1', '2'])
    expect(args.has('force')).toBe(true)
    expect(args.values('nothing')).toBeUndefined()
  })

  it('may have empty values, and values that begin with a dash after =', () => {
    expect(parse('a', '--name', '').value('name')).toBe('')
    expect(parse('a', '--name=-x').value('name')).toBe('-x')
  })

  it('end at --', () => expect(parse('--', '--name', '-b').operands).toEqual(['--name', '-b']))

  it('are refused when they are wrong', () => {
    expect(() => parse('a', '--name')).toThrow('--name needs a value: --name <text>.')
    expect(() => parse('a', '--name', '--force')).toThrow('--name needs a value, but what follows is --force.')
    expect(() => parse('a', '--force=yes')).toThrow('--force takes no value.')
    expect(() => parse('a', '--name', 'x', '--name', 'y')).toThrow('--name was given twice.')
    expect(() => parse('a', '-xyz')).toThrow('There is no flag -xyz. If it is a value that begins with a dash')
    expect(() => parse('a', '--toString')).toThrow('There is no flag --toString.')
    expect(() => parse('a', '--no-force')).toThrow('There is no flag --no-force.')
  })

  it('need no words beside --help', () => expect(parse('-h').has('help')).toBe(true))
})
