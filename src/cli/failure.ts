/**
 * What goes wrong in the CLI, and how it is told: one message that says what to do, and an exit code.
 *
 * @module
 */
import { Unavailable } from '../edge/errors.js'

/** A failure whose message is meant for the person at the terminal. */
export class Failure extends Error {
  /** @param exitCode 2 for a command that was written wrongly, 1 for everything else. */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message)
  }
}

/** A command that was written wrongly. Nothing has been done. */
export const misused = (message: string): Failure => new Failure(message, 2)

/** What an error says. Some have only a code, or say it in their parts (a host with several addresses). */
export function tell(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // The outer error is for clients of the server; whoever runs the CLI may know all.
  if (error instanceof Unavailable && error.cause !== undefined) return `${error.message} ${tell(error.cause)}`
  if (error.message !== '') return error.message
  if (error instanceof AggregateError) return error.errors.map(tell).join('; ')
  return 'code' in error ? String(error.code) : error.name
}

/** Rejects with `message` when `work` takes longer than some seconds. The work itself cannot be stopped. */
export function within<T>(seconds: number, message: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure(message)), seconds * 1000)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
