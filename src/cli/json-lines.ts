/**
 * Reading a file of JSON lines, one at a time, however long it is.
 *
 * @module
 */
import { createReadStream } from 'node:fs'

/** A line with something in it. */
export interface Line {
  /** The first is 1. */
  readonly number: number
  /** Null when it is longer than {@link MAX_LINE_BYTES}. */
  readonly bytes: Buffer | null
}

/** A client's record has half of it. */
const MAX_LINE_BYTES = 65_536

/** @param file `-` for the standard input. @throws what the file system says. */
export async function* linesOf(file: string): AsyncGenerator<Line> {
  const source: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file)
  let number = 1
  let parts: Buffer[] = []
  let length = 0
  const line = (): Line[] => {
    const bytes = Buffer.concat(parts)
    const isEmpty = length <= MAX_LINE_BYTES && /^[ \t\r]*$/.test(bytes.toString('latin1'))
    return isEmpty ? [] : [{ number, bytes: length <= MAX_LINE_BYTES ? bytes : null }]
  }
  for await (const chunk of source) {
    for (let from = 0; from <= chunk.length; ) {
      const end = chunk.indexOf(0x0a, from)
      const part = chunk.subarray(from, end < 0 ? chunk.length : end)
      length += part.length
      // The rest of a line that is too long is passed over.
      if (length <= MAX_LINE_BYTES) parts.push(part)
      if (end < 0) break
      yield* line()
      number++
      parts = []
      length = 0
      from = end + 1
    }
  }
  yield* line()
}

/** The object in a line, or what is wrong with it; nothing of the line itself, which has secrets in it. */
export function objectIn({ bytes }: Line): object | string {
  if (bytes === null) return `is longer than ${MAX_LINE_BYTES} bytes`
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : 'is no JSON object'
  } catch {
    return 'is no JSON object in UTF-8'
  }
}
