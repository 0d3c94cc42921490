/**
 * Reading the words and flags of a command.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { closestName } from '../protocol/spelling.js'
import { misused } from './failure.js'

/** A flag. Without `value` it takes none. */
export interface Flag {
  /** What stands for the value in the help. */
  readonly value?: string | undefined
  /** May be given several times. */
  readonly repeat?: boolean | undefined
  readonly help: string
}

/** Flags by their name without the dashes. */
export type Flags = { readonly [name: string]: Flag }

/** What somebody wrote after the name of a command. */
export interface Arguments {
  /** The words that are no flags. */
  readonly operands: readonly string[]
  has(flag: string): boolean
  /** The value of a flag, undefined when it was not given. */
  value(flag: string): string | undefined
  /** All values of a flag that may be repeated, undefined when it was not given. */
  values(flag: string): readonly string[] | undefined
}

/**
 * @param operands what the words mean, in their order; `[…]` may be left out.
 * @throws {Failure} of use, when a flag or a word is unknown, missing or too many.
 */
export function parseArguments(args: readonly string[], flags: Flags, operands: readonly string[]): Arguments {
  const types = Object.entries(flags).map(([name, { value }]) => [name, { type: typeOf(value) }])
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' } },
    // The messages below say more.
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const found = new Map<string, string[]>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined
    if (!flag) throw unknownFlag(token.rawName, token.name, args[token.index] ?? token.rawName, flags)
    const values = found.get(token.name) ?? []
    if (values.length > 0 && !flag.repeat) throw misused(`${token.rawName} was given twice.`)
    found.set(token.name, [...values, checkedValue(token, flag)])
  }
  // `--help` needs nothing else to be right.
  if (!found.has('help')) checkWords(words, operands)
  return {
    operands: words,
    has: (flag) => found.has(flag),
    value: (flag) => found.get(flag)?.[0],
    values: (flag) => found.get(flag),
  }
}

const typeOf = (value: string | undefined): 'string' | 'boolean' => (value === undefined ? 'boolean' : 'string')

interface OptionToken {
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function checkedValue({ rawName, value, inlineValue }: OptionToken, flag: Flag): string {
  if (flag.value === undefined) {
    if (value !== undefined) throw misused(`${rawName} takes no value.`)
    return ''
  }
  if (value === undefined) throw misused(`${rawName} needs a value: ${rawName} <${flag.value}>.`)
  if (!inlineValue && value.startsWith('-')) {
    throw misused(
      `${rawName} needs a value, but what follows is ${value}. A value that begins with a dash is written ${rawName}=${value}.`,
    )
  }
  return value
}

function unknownFlag(rawName: string, name: string, written: string, flags: Flags) {
  // A word such as an id may begin with a dash, and is then taken for several short flags.
  if (!rawName.startsWith('--')) {
    return misused(`There is no flag ${written}. If it is a value that begins with a dash, put -- before it.`)
  }
  const meant = closestName(name, Object.keys(flags))
  return misused(`There is no flag ${rawName}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`)
}

function checkWords(words: readonly string[], operands: readonly string[]): void {
  const missing = operands.slice(words.length).find((operand) => !operand.startsWith('['))
  if (missing !== undefined) throw misused(`${missing} is missing.`)
  const extra = words[operands.length]
  if (extra !== undefined) throw misused(`${JSON.stringify(extra)} is one word too many.`)
}
