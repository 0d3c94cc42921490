import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const markdown = (folder: string, options: { recursive: boolean }) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { ...options, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
        .map((name) => join(root, folder, name))
    : []
const pages = [...markdown('.', { recursive: false }), ...markdown('docs', { recursive: true })]

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

function brokenLinks(page: string): string[] {
  return linksOf(readFileSync(page, 'utf8')).filter((link) => {
    const [path = '', anchor] = link.split('#')
    const file = path ? join(path.startsWith('/') ? root : dirname(page), decodeURIComponent(path)) : page
    if (!existsSync(file)) return true
    if (anchor === undefined || statSync(file).isDirectory() || !file.endsWith('.md')) return false
    return !anchorsOf(readFileSync(file, 'utf8')).has(decodeURIComponent(anchor))
  })
}

describe('every relative link leads somewhere', () => {
  it.each(pages.map((page) => relative(root, page)))('in %s', (page) => {
    expect(brokenLinks(join(root, page))).toEqual([])
  })
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
