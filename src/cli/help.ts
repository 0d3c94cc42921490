/**
 * What `--help` prints.
 *
 * @module
 */
import type { Flags } from './arguments.js'
import type { Command } from './command.js'
import { commands } from './commands.js'

const configFlag: Flags = {
  config: { value: 'file', help: 'the config; default: grantwright.config.{js,mjs,ts,mts} in the working directory' },
}

/** Every flag of a command. */
export const flagsOf = (command: Command): Flags => ({
  ...command.flags,
  ...(command.alone ? {} : configFlag),
  json: { help: 'print JSON, for scripts' },
  help: { help: 'print this' },
})

export function helpFor(name: string, command: Command): string {
  const usage = ['npx grantwright', name, ...(command.operands ?? []), '[flags]'].join(' ')
  const flags = Object.entries(flagsOf(command)).map(([flag, { value, repeat, help }]) => [
    `--${flag}${value === undefined ? '' : ` <${value}>`}`,
    repeat ? `${help}; may be repeated` : help,
  ])
  const details = command.details === undefined ? '' : `\n${command.details}\n`
  return `${usage}\n\n${command.summary}.\n${details}\nFlags:\n${list(flags)}`
}

/** @param group the first word of some commands, or `''` for all. */
export function helpForGroup(group: string): string {
  const members = Object.entries(commands).filter(([name]) => group === '' || name.startsWith(`${group} `))
  const names = members.map(([name, { operands = [], summary }]) => [[name, ...operands].join(' '), summary])
  return `npx grantwright ${group === '' ? '<command>' : `${group} …`} [flags]

Commands:
${list(names)}

The server is the default export of grantwright.config.{js,mjs,ts,mts} in the working directory, or of --config <file>.
--json prints JSON, --help more about a command. Exit codes: 0 done, 1 failed, 2 written wrongly.`
}

function list(entries: readonly (readonly string[])[]): string {
  const width = Math.max(...entries.map(([name = '']) => name.length))
  return entries.map(([name = '', help = '']) => `  ${name.padEnd(width)}  ${help}`).join('\n')
}
