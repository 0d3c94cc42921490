/**
 * Text in lines of a width.
 *
 * @module
 */

/** Lines of at most `width` characters where the words allow it: the first begins with `first`, the others with `indent`. */
export function wrap(text: string, width: number, first = '', indent = ''): string {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(' ')) {
    const longer = isEmpty ? line + word : `${line} ${word}`
    if (!isEmpty && longer.length > width) {
      lines.push(line)
      line = indent + word
    } else line = longer
    isEmpty = false
  }
  return [...lines, line].join('\n')
}
