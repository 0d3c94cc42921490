/** What tells people how to make a secret. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const texts = ['src', 'docs', 'adapters', 'examples'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|tsx|md)$/.test(name) && !/node_modules|\.next/.test(name))
    .map((name) => join(folder, name)),
)

it('is followed by secrets that are the same form-encoded and not, in every text that names a command', () => {
  const advice = [...texts, 'README.md', 'SECURITY.md', 'CONTRIBUTING.md'].flatMap((name) =>
    [...readFileSync(join(root, name), 'utf8').matchAll(/openssl rand[^"`'\n]*/g)].map(
      ([command]) => `${name}: ${command}`,
    ),
  )
  expect(advice.length).toBeGreaterThan(3)
  expect(advice.filter((one) => !/openssl rand -hex 32$/.test(one.trim()))).toEqual([])
})
