/**
 * The links of the pages, in the repository and in the package as it is packed. Needs dist/ (`npm run build`).
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { pack } from '../../scripts/package.mjs'

const root = resolve(import.meta.dirname, '../..')
const unpacked = mkdtempSync(join(tmpdir(), 'grantwright-links-'))
execFileSync('tar', ['-xzf', pack(unpacked), '-C', unpacked, '--strip-components=1'])
afterAll(() => rmSync(unpacked, { recursive: true }))

/** The pages in a folder: those beside each other, those of docs/ and those of the examples. */
function pagesIn(folder: string): string[] {
  const below = ['docs', 'examples'].flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map((path) => join(name, path)),
  )
  return [...readdirSync(folder), ...below].filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
}

const fences = /^(`{3,}|~{3,})[\s\S]*?^\1/gm
const prose = (text: string) => text.replace(fences, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ' '))

/** The relative links of a page: inline links and images, reference definitions, href and src of HTML. */
function linksOf(text: string): string[] {
  const forms = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^)]*)?\)/g,
    /^\s*\[[^\]]+\]:\s*<?([^\s>]+)/gm,
    /\b(?:href|src)="([^"]+)"/g,
  ]
  const found = forms.flatMap((form) => [...prose(text).matchAll(form)].map((match) => match[1] ?? ''))
  return found.filter((link) => !/^([a-z][a-z+.-]*:|\/\/)/i.test(link))
}

/** The anchors that a page has: its headings as GitHub spells them, and explicit ids. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  const body = text.replace(fences, '')
  for (const match of body.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const words = (match[1] ?? '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]+>/g, '')
    const slug = words
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-')
    let free = slug
    for (let n = 1; anchors.has(free); n++) free = `${slug}-${n}`
    anchors.add(free)
  }
  for (const match of body.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(match[1] ?? '')
  return anchors
}

function brokenLinks(folder: string, page: string): string[] {
  return linksOf(readFileSync(page, 'utf8')).filter((link) => {
    const [path = '', anchor] = link.split('#')
    const file = path ? join(path.startsWith('/') ? folder : dirname(page), decodeURIComponent(path)) : page
    if (relative(folder, file).startsWith('..') || !existsSync(file)) return true
    if (anchor === undefined || statSync(file).isDirectory() || !file.endsWith('.md')) return false
    return !anchorsOf(readFileSync(file, 'utf8')).has(decodeURIComponent(anchor))
  })
}

describe('every relative link of the repository leads somewhere', () => {
  it.each(pagesIn(root))('in %s', (page) => {
    expect(brokenLinks(root, join(root, page))).toEqual([])
  })
})

describe('every relative link of the package leads somewhere', () => {
  it.each(pagesIn(unpacked))('in %s', (page) => {
    expect(brokenLinks(unpacked, join(unpacked, page))).toEqual([])
  })

  it('on the pages of the repository, all of them', () => {
    expect(pagesIn(unpacked).sort()).toEqual(pagesIn(root).sort())
  })
})

it('the package is less than 1.9 MB', () => {
  const [tarball = ''] = readdirSync(unpacked).filter((name) => name.endsWith('.tgz'))
  expect(statSync(join(unpacked, tarball)).size).toBeLessThan(1_900_000)
})

describe('the link check itself', () => {
  it('finds inline links, images, references and HTML, but no addresses and no code', () => {
    const text = [
      '[a](one.md) ![b](two.png "title") [c][d] <img src="three.svg">',
      '[d]: ./four.md#part',
      '[x](https://example.com) [y](mailto:a@example.com) `[z](five.md)`',
      '```md\n[no](six.md)\n```',
    ].join('\n')
    expect(linksOf(text).sort()).toEqual(['./four.md#part', 'one.md', 'three.svg', 'two.png'])
  })

  it('spells anchors as GitHub does', () => {
    const text =
      '# The `advance()` loop\n## Keys & tokens\n## Keys & tokens\n```\n# not a heading\n```\n<a id="here"></a>'
    expect([...anchorsOf(text)]).toEqual(['the-advance-loop', 'keys--tokens', 'keys--tokens-1', 'here'])
  })
})
