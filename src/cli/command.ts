/**
 * What a command is made of.
 *
 * @module
 */
import type { Deployed } from '../points/tables.js'
import type { AuthorizationServer } from '../server.js'
import type { Arguments, Flags } from './arguments.js'

export interface Command {
  /** What it says in the list of commands: one line. */
  readonly summary: string
  /** What `--help` adds to that. */
  readonly details?: string | undefined
  /** The words after its name, `<needed>` or `[not needed]`. */
  readonly operands?: readonly string[] | undefined
  /** Flags of its own, beside those that every command has. */
  readonly flags?: Flags | undefined
  /** Whether it needs no server, and so no `--config`. */
  readonly alone?: boolean | undefined
  /** Whether it works on what all issuers of a store share, and not on records of one. */
  readonly allIssuers?: boolean | undefined
  /** Whether it may take as long as it takes. */
  readonly slow?: boolean | undefined
  run(input: Input): Promise<void>
}

/** What a command works with. */
export interface Input extends Arguments {
  /** Whether a script reads the output. */
  readonly json: boolean
  /** Loads the server of the configuration. Commands check what was written before they ask for it. */
  server(): Promise<LoadedServer>
  /** Prints what the command was asked for. */
  print(text: string): void
  /** Prints words for the person at the terminal; left out with `--json`. */
  note(text: string): void
}

export interface LoadedServer {
  readonly server: AuthorizationServer
  readonly deployment: Deployed
}

/** The same for people and scripts: a value as JSON when that is asked for, else as `text` has it. */
export function output<T>({ json, print }: Input, value: T, text: (value: T) => string): void {
  print(json ? JSON.stringify(value, null, 2) : text(value))
}

/** Names and values in two columns. Lists have a line for each member; what is undefined or empty is left out. */
export function columns(entries: { readonly [name: string]: unknown }): string {
  const shown = Object.entries(entries).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  const width = Math.max(...shown.map(([name]) => name.length)) + 2
  return shown
    .flatMap(([name, value]) => {
      const lines: readonly unknown[] = Array.isArray(value) ? value : [value]
      return lines.map((line, i) => (i === 0 ? name : '').padEnd(width) + String(line))
    })
    .join('\n')
}

/** Rows in columns as wide as they need to be. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
