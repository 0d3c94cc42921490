/**
 * Folders that are gone when the process is, also when it is broken off.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = new Set()

/** @returns {string} a new one */
export function temporaryFolder() {
  if (!folders.size) whenOver(() => folders.forEach(deleteFolder))
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-bench-'))
  folders.add(folder)
  return folder
}

export function deleteFolder(folder) {
  // A server that was killed still writes for a moment.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  folders.delete(folder)
}

/** Ctrl+C and `kill` end a process without a word to those who wait for its exit, unless somebody listens. */
let isListening = false

/** @param {() => void} act when the process ends, before what was to be done earlier: a server ends before its folder */
export function whenOver(act) {
  process.prependListener('exit', act)
  if (isListening) return
  isListening = true
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130))
}
