/**
 * The chart of docs/performance.md: for each work a bar for each contestant, as long as its CPU is of the floor's.
 *
 * @module
 */
import { costsOf, ratio } from './figures.mjs'

/** What a page has room for; the tables have all. */
const shown = [
  'client-credentials-jwt',
  'code-jwt',
  'refresh-jwt',
  'client-credentials-opaque',
  'code-opaque',
  'refresh-opaque',
  'introspection-opaque',
  'authorize-jwt',
]

const colours = {
  grantwright: '#0b6e4f',
  'oidc-provider': '#8a6d1f',
  'node-oauth': '#4b5d8a',
  jmondi: '#6b8fb5',
  'better-auth': '#8a3b3b',
  openauth: '#7a4f86',
  workers: '#77726a',
}
/** Longer bars are cut, and say how long they are. */
const LONGEST = 12
const [WIDTH, LEFT, RIGHT, BAR, GAP, HEAD] = [860, 130, 60, 13, 4, 24]
const UNIT = (WIDTH - LEFT - RIGHT) / LONGEST

/** @param {{ results: { work: string, title: string, cells: any[] }[] }} run @returns {string} SVG */
export function chartOf({ results }) {
  let y = 46
  const parts = []
  for (const { work, title, cells } of results) {
    const floor = cells.find(({ label }) => label === 'floor')
    if (!shown.includes(work) || !floor || floor.refused !== null) continue
    parts.push(`<text x="8" y="${y + 14}" font-weight="600">${title}</text>`)
    y += HEAD
    for (const cell of cells.filter(({ label, refused }) => label in colours && refused === null)) {
      parts.push(bar(cell.label, ratio(costsOf(cell), costsOf(floor)), y))
      y += BAR + GAP
    }
    y += 8
  }
  const line = `<path d="M${LEFT + UNIT} 40V${y}" stroke="#555" stroke-dasharray="3 3"/>`
  const caption = `<text x="8" y="18" font-weight="600">CPU of one request ÷ CPU of the floor (dashed: 1). Shorter is better.</text>`
  const style = 'font-family="system-ui,sans-serif" font-size="12" fill="#222"'
  const label = 'CPU per request as a ratio to the floor; the same figures are in the tables of the page'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" ${style} role="img" aria-label="${label}">
<rect width="100%" height="100%" fill="#fff"/>
${[caption, ...parts, line].join('\n')}
</svg>
`
}

function bar(label, times, y) {
  const length = Math.round(Math.min(times, LONGEST) * UNIT)
  const name = `<text x="${LEFT - 6}" y="${y + 11}" text-anchor="end">${label}</text>`
  const rect = `<rect x="${LEFT}" y="${y}" width="${length}" height="${BAR}" fill="${colours[label]}"/>`
  const number = `<text x="${LEFT + length + 4}" y="${y + 11}">${times.toFixed(1)}${times > LONGEST ? ' ⇥' : ''}</text>`
  return `${name}${rect}${number}`
}
