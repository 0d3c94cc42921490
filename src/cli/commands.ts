/**
 * Every command by its name, and finding the one that somebody wrote.
 *
 * @module
 */
import { closestName } from '../protocol/spelling.js'
import type { Command } from './command.js'
import * as client from './commands/client.js'
import { importClients } from './commands/client-import.js'
import { doctor } from './commands/doctor.js'
import * as grants from './commands/grants.js'
import { init } from './commands/init.js'
import * as keys from './commands/keys.js'
import { migrate } from './commands/migrate.js'
import { misused } from './failure.js'

export const commands: { readonly [name: string]: Command } = {
  init,
  migrate,
  'client create': client.create,
  'client import': importClients,
  'client list': client.list,
  'client show': client.show,
  'client update': client.update,
  'client rotate-secret': client.rotateSecret,
  'client delete': client.remove,
  'grants list': grants.list,
  'grants revoke': grants.revoke,
  'keys generate': keys.generate,
  'keys rotate': keys.rotate,
  doctor,
}

/** The command that `args` begin with, and what follows; or the group (`client`, or `''` for all) that was named without one. */
export type Found =
  | { readonly name: string; readonly command: Command; readonly rest: readonly string[] }
  | { readonly group: string; readonly rest: readonly string[] }

/** @throws {Failure} of use, when there is no such command. */
export function findCommand(args: readonly string[]): Found {
  const [first, second] = args
  if (first === undefined || first.startsWith('-')) return { group: '', rest: args }
  const alone = commandNamed(first)
  if (alone) return { name: first, command: alone, rest: args.slice(1) }
  const members = Object.keys(commands).filter((name) => name.startsWith(`${first} `))
  if (members.length === 0)
    throw unknown(first, [...new Set(Object.keys(commands).map((name) => name.replace(/ .*/, '')))])
  if (second === undefined || second.startsWith('-')) return { group: first, rest: args.slice(1) }
  const name = `${first} ${second}`
  const command = commandNamed(name)
  if (command) return { name, command, rest: args.slice(2) }
  throw unknown(
    second,
    members.map((member) => member.slice(first.length + 1)),
    `${first} `,
  )
}

const commandNamed = (name: string): Command | undefined => (Object.hasOwn(commands, name) ? commands[name] : undefined)

function unknown(word: string, known: readonly string[], group = '') {
  const meant = closestName(word, known)
  return misused(
    `There is no command \`${group}${word}\`.` +
      (meant === undefined
        ? ` There are: ${known.map((name) => group + name).join(', ')}.`
        : ` Did you mean \`${group}${meant}\`?`),
  )
}
