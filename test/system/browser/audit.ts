/**
 * What can be found wrong with a page by looking at it.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Finding {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string }[]
}

/**
 * What axe-core finds: by every rule that it has, of every level, the best practices and experiments too. Beside the violations it is
 * everything that axe could not decide, because colours and shadows are where it may lie.
 */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  // As text: the pages' own policy lets no script in.
  await page.evaluate(axe)
  const found = await page.evaluate<{ violations: Finding[]; incomplete: Finding[] }>(
    "axe.run({ runOnly: axe.getRules().map((rule) => rule.ruleId), resultTypes: ['violations', 'incomplete'] })",
  )
  return [...found.violations, ...found.incomplete]
    .filter(({ nodes }) => !nodes.every(isEmptyButton))
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`)
}

/** The one that takes Enter away from the others: hidden from everybody, with nothing in it. */
const isEmptyButton = ({ html }: { readonly html: string }) =>
  html === '<button formmethod="dialog" formnovalidate="" hidden=""></button>'

/** What is wider than its place, so that something is cut off or the page scrolls sideways; and what is too small to press. */
export const layoutFindings = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const findings: string[] = []
    const pressable =
      'button:not([hidden]), summary, label:has(input), input:not([type=hidden], [type=checkbox], [type=radio])'
    const { scrollWidth } = document.documentElement
    if (scrollWidth > innerWidth) findings.push(`the page is ${scrollWidth} pixels wide`)
    for (const element of document.body.querySelectorAll('*')) {
      const { left, right, width, height } = element.getBoundingClientRect()
      const tell = (what: string) => findings.push(`${what}: ${element.outerHTML.slice(0, 120)}`)
      if (width > 0 && (left < 0 || right > innerWidth)) tell('outside')
      if (element.clientWidth > 0 && !element.matches('input') && element.scrollWidth > element.clientWidth + 1)
        tell('cut off')
      if (element.matches(pressable) && height < 32) tell('too small')
    }
    return findings
  })
