import { describe, expect, it } from 'vitest'
import { freshFor } from '../../src/protocol/freshness.js'

const NOW = Date.UTC(2026, 0, 15, 12)
const date = 'Thu, 15 Jan 2026 12:00:00 GMT'
const minute = (text: string) => date.replace('12:00', text)
const fresh = (headers: { readonly [name: string]: string }) => freshFor((name) => headers[name] ?? null, NOW)

describe('an answer may be used', () => {
  it.each<[string, { readonly [name: string]: string }, number | undefined]>([
    ['for as long as nobody says', {}, undefined],
    ['for as long as nobody says, though it is public', { 'cache-control': 'public, must-revalidate' }, undefined],
    ['for its max-age', { 'cache-control': 'max-age=600' }, 600_000],
    ['for its max-age among others, in any case', { 'cache-control': 'Public,MAX-AGE=600 , x="y"' }, 600_000],
    ['for its max-age in quotes', { 'cache-control': 'max-age="600"' }, 600_000],
    ['for its max-age, not that of shared caches', { 'cache-control': 's-maxage=9, max-age=600' }, 600_000],
    ['not at all after no-store', { 'cache-control': 'max-age=600, no-store' }, 0],
    ['not at all after no-cache', { 'cache-control': 'no-cache' }, 0],
    ['not at all after no-cache of one field', { 'cache-control': 'no-cache="x", max-age=600' }, 0],
    ['for less when it is old already', { 'cache-control': 'max-age=600', age: '200' }, 400_000],
    ['not at all when it is older than that', { 'cache-control': 'max-age=600', age: '601' }, 0],
    ['for all of its max-age when its age is no number', { 'cache-control': 'max-age=600', age: '-5' }, 600_000],
    ['until it expires', { expires: minute('12:10') }, 600_000],
    ['until it expires by the clock of its server', { expires: minute('12:10'), date: minute('12:04') }, 360_000],
    ['until it expires, less its age', { expires: minute('12:10'), age: '60' }, 540_000],
    ['for its max-age whatever expires', { 'cache-control': 'max-age=60', expires: minute('12:10') }, 60_000],
    ['not at all when it expires at 0', { expires: '0' }, 0],
    ['not at all when it expires at no date', { expires: 'tomorrow' }, 0],
    ['not at all when it has expired', { expires: minute('11:59') }, 0],
  ])('%s', (_, headers, expected) => {
    expect(fresh(headers)).toBe(expected)
  })
})
