/**
 * The account of somebody who has installed a client: a home folder of its own, and a browser that programs open.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'

export interface Desk {
  readonly home: string
  /** The environment of programs there. Nothing of the machine's own desktop is in it. */
  readonly env: Readonly<Record<string, string>>
  /** The next page that a program opens in the browser. */
  opens(): Promise<string>
  /** What was opened, and not waited for. */
  unexpected(): readonly string[]
  leave(): void
}

/** @param node the Node.js that is installed there. */
export function createDesk(node = process.execPath): Desk {
  const home = mkdtempSync(join(tmpdir(), 'grantwright-desk-'))
  const [browser, list] = [join(home, 'browser'), join(home, 'opened')]
  writeFileSync(list, '')
  writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${list}'\n`, { mode: 0o755 })
  let expected = 0
  const unexpected = () => readFileSync(list, 'utf8').split('\n').slice(expected, -1)
  return {
    home,
    unexpected,
    // xdg-open asks for BROWSER where there is no desktop.
    env: { HOME: home, PATH: `${dirname(node)}:/usr/bin:/bin`, BROWSER: browser },
    async opens() {
      await expect.poll(unexpected, { timeout: 20_000 }).not.toEqual([])
      const [url = ''] = unexpected()
      expected += 1
      return url
    },
    leave: () => rmSync(home, { recursive: true, force: true }),
  }
}
