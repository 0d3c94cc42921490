#!/usr/bin/env node
/**
 * `npx grantwright …`. Standard output has what was asked for and nothing else; words about it go to standard error.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { parseArguments } from './arguments.js'
import { findCommand } from './commands.js'
import { loadServer } from './config.js'
import { Failure, misused, tell, within } from './failure.js'
import { flagsOf, helpFor, helpForGroup } from './help.js'

/** Does what `args` say. @returns the exit code. */
async function run(args: readonly string[]): Promise<number> {
  const found = findCommand(args)
  if (!('command' in found)) return withoutCommand(found.group, found.rest)
  const { name, command, rest } = found
  try {
    const written = parseArguments(rest, flagsOf(command), command.operands ?? [])
    if (written.has('help')) {
      print(helpFor(name, command))
      return 0
    }
    const json = written.has('json')
    const server = async () => {
      const loaded = await within(
        30,
        'The config has not finished loading for 30 seconds. Does it wait for a database that is away?',
        loadServer(written.value('config')),
      )
      // Records belong to an issuer. A config that takes it from the environment may name another than the server that runs.
      if (!json && !command.allIssuers) note(`For ${loaded.server.issuer}`)
      return loaded
    }
    const work = command.run({ ...written, json, server, print, note: (text) => json || note(text) })
    // Loading is told of by itself, so this is at least half a minute for the storage.
    await (command.slow
      ? work
      : within(60, 'The storage does not answer. Nobody knows whether it did what was asked.', work))
    return 0
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) {
      throw misused(`${error.message}\nnpx grantwright ${name} --help says more.`)
    }
    throw error
  }
}

function withoutCommand(group: string, rest: readonly string[]): number {
  const [first] = rest
  if (group === '' && first?.startsWith('-') && !/^(-h|--help|--version)$/.test(first)) {
    throw misused('The command comes first, then its flags. npx grantwright --help lists the commands.')
  }
  const flags = { help: { help: '' }, version: { help: '' } }
  const written = parseArguments(rest, flags, [])
  if (written.has('version')) {
    print(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version)
    return 0
  }
  if (written.has('help')) {
    print(helpForGroup(group))
    return 0
  }
  note(helpForGroup(group))
  return 2
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

function fail(error: unknown): void {
  note(`grantwright: ${tell(error)}`)
  process.exitCode = error instanceof Failure ? error.exitCode : 1
}

/** Ends the process, although pools of connections may be open: they are the app's, and it closes none in its config. */
function end(): void {
  // Once everything is printed. Listeners of the app (`onEvent`) may be writing still.
  process.stdout.write('', () => setTimeout(() => process.exit(), 300).unref())
}

// Libraries that the config loads print what they like, and scripts read the standard output.
console.log = console.info = console.debug = console.error
process.stdout.on('error', () => process.exit())
process.on('uncaughtException', (error) => {
  fail(error)
  process.exit()
})
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

run(process.argv.slice(2))
  .then((exitCode) => {
    process.exitCode = exitCode
  }, fail)
  .finally(end)
