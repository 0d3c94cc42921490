/**
 * What was thrown, as JSON can say it. An `Error` itself says nothing there.
 *
 * @module
 */

/**
 * `name`, `message`, `stack`, `code`, `cause` and `errors` of an error, as deep as they go; everything else as JSON has it, else as a
 * string. Never throws, whatever it is given.
 */
export function plainCause(value: unknown, above: readonly unknown[] = []): unknown {
  try {
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value)
    if (typeof value !== 'object' || value === null) return value
    if (above.includes(value) || above.length === 5) return '…'
    const inside = [...above, value]
    if (!isError(value)) {
      return JSON.parse(
        JSON.stringify(value, (_, member) =>
          isError(member) || typeof member === 'bigint' ? plainCause(member, inside) : member,
        ),
      )
    }
    const { name, message, stack, code, cause, errors } = value
    return {
      name,
      message,
      stack,
      code: plainCause(code, inside),
      cause: plainCause(cause, inside),
      errors: Array.isArray(errors) ? errors.slice(0, 5).map((error) => plainCause(error, inside)) : undefined,
    }
  } catch {
    return 'unreadable'
  }
}

interface ErrorLike {
  readonly name: string
  readonly message: string
  readonly stack?: string | undefined
  readonly code?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
}

/** Also one of another realm. */
const isError = (value: unknown): value is ErrorLike =>
  value instanceof Error ||
  (typeof value === 'object' && value !== null && 'message' in value && 'stack' in value && 'name' in value)
