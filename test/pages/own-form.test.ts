import { expect, it } from 'vitest'
import { isOwnForm } from '../../src/pages/own-form.js'
import { request } from '../users/fixture.js'

const origins = new Set(['https://auth.example', 'https://app.example'])
const judge = (headers: Record<string, string | string[]>) => isOwnForm(request({ method: 'POST', headers }), origins)

it('takes a form from the origin of the issuer', () => {
  expect(judge({ origin: 'https://auth.example' })).toBe(true)
})

it('takes a form from a front end of the app', () => {
  expect(judge({ origin: 'https://app.example', 'sec-fetch-site': 'same-site' })).toBe(true)
})

it.each(['https://evil.example', 'http://auth.example', 'https://auth.example:8443', 'https://auth.example/tenant'])(
  'refuses a form from %s',
  (origin) => {
    expect(judge({ origin, 'sec-fetch-site': 'same-origin' })).toBe(false)
  },
)

it('takes the origin null only when the browser adds that it is the same origin', () => {
  expect(judge({ origin: 'null', 'sec-fetch-site': 'same-origin' })).toBe(true)
  expect(judge({ origin: 'null' })).toBe(false)
  expect(judge({ origin: 'null', 'sec-fetch-site': 'cross-site' })).toBe(false)
  expect(judge({ origin: 'null', 'sec-fetch-site': 'same-site' })).toBe(false)
})

it('believes a browser that says nothing, but not one that says another site', () => {
  expect(judge({})).toBe(true)
  expect(judge({ 'sec-fetch-site': 'cross-site' })).toBe(false)
  expect(judge({ 'sec-fetch-site': 'same-site' })).toBe(false)
})

it('refuses repeated headers', () => {
  expect(judge({ origin: ['https://auth.example', 'https://auth.example'] })).toBe(false)
  expect(judge({ origin: 'null', 'sec-fetch-site': ['same-origin', 'cross-site'] })).toBe(false)
})
