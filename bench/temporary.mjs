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

/** @type {(() => void)[]} the newest first */
const acts = []

/** @param {() => void} act when the process ends, before what was to be done earlier: a server ends before its folder */
export function whenOver(act) {
  if (acts.unshift(act) > 1) return
  process.on('exit', () => {
    for (const one of acts) one()
  })
  // Ctrl+C and `kill` end a process without a word to those who wait for its exit, unless somebody listens.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130))
}
