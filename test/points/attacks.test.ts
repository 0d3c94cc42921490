/**
 * What careless features must not bring about: a mistake of theirs is told, and nothing is kept, given or ended.
 */
import { describe, expect, it } from 'vitest'
import type { Feature } from '../../src/points/feature.js'
import type { Offer, Term } from '../../src/points/term.js'
import type { Json } from '../../src/protocol/json.js'
import {
  authorizeUrl,
  type Browser,
  clients,
  formFields,
  type Harness,
  harness,
  pkce,
  redeemForm,
  redirected,
  snapshot,
} from '../support/harness.js'

/** A value of a type that TypeScript would not let pass. */
const wrong = <T>(value: unknown): T => value as T

const team = (rest: Omit<Term, 'name'>): Feature => ({ name: 'teams', terms: [{ name: '!team', ...rest }] })
const offering = (offer: (asked: Json | undefined) => Offer<Json>, rest: Omit<Term, 'name' | 'question'> = {}) =>
  team({ ...rest, question: { label: () => 'Team', offer } })
const asking: Omit<Term, 'name'> = { parameters: ['team'], parse: ({ get }) => get('team') }

const { verifier, challenge } = pkce()
const own = { ...clients.web, client_id: 'own', first_party: true }
const serverWith = (...features: Feature[]) => harness({ features, clients: [...Object.values(clients), own] })

const causeOf = ({ events }: Harness) => String((events.at(-1) as { cause?: unknown } | undefined)?.cause)

async function pageOf(browser: Browser, changes: Record<string, string> = {}) {
  const response = await browser.get(authorizeUrl(challenge, changes))
  expect(response.status).toBe(200)
  return await response.text()
}
const allow = (browser: Browser, page: string, more: Record<string, string> = {}) =>
  browser.post('/oauth/consent', { ...formFields(page), decision: 'allow', ...more })

describe('a feature that is not what it should be', () => {
  const notJson: readonly [string, unknown][] = [
    ['a promise', Promise.resolve('red')],
    ['a date', new Date(0)],
    ['what JSON has no number for', Number.NaN],
    ['an object with nothing in a member', { team: undefined }],
    ['a list with a hole', new Array(1)],
  ]

  it.each(notJson)('and reads %s out of a request, gets nothing kept', async (_, value) => {
    const h = serverWith(team({ parse: () => wrong(value) }))
    const before = await snapshot(h)
    expect((await h.browser().get(authorizeUrl(challenge, { client_id: 'own' }))).status).toBe(500)
    expect(causeOf(h)).toContain("the term '!team'")
    expect(await snapshot(h)).toBe(before)
  })

  it.each([...notJson, ['nothing', undefined] as const])('and offers %s, gets nothing kept', async (_, value) => {
    const choices = [
      { value: 'red', text: 'Red' },
      { value: wrong<Json>(value), text: 'Blue' },
    ]
    for (const offer of [{ choices }, { choices: choices.slice(1) }, { settled: wrong<Json>(value ?? new Date(0)) }]) {
      const h = serverWith(offering(() => offer))
      expect((await h.browser().get(authorizeUrl(challenge, { client_id: 'own' }))).status).toBe(500)
      expect(causeOf(h)).toContain("the term '!team'")
    }
  })

  it('and is asked whether an agreement covers a request, has to say yes', async () => {
    const h = serverWith(team({ ...asking, covers: () => wrong(Promise.resolve(false)) }))
    const browser = h.browser()
    await allow(browser, await pageOf(browser, { team: 'red' }))
    const answer = redirected(await browser.get(authorizeUrl(challenge, { team: 'blue', prompt: 'none' })))
    expect(answer.get('error')).toBe('consent_required')
  })

  it('and does not say whether a value stands, ends nothing and gives nothing', async () => {
    let stands: unknown
    const h = serverWith(team({ ...asking, stands: () => wrong(stands) }))
    const browser = h.browser()
    const code = redirected(await allow(browser, await pageOf(browser, { team: 'red' }))).get('code') ?? ''
    const before = await snapshot(h)
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(500)
    expect(await snapshot(h)).toBe(before)
    stands = true
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'and calls a client field %s, gets it when it is there',
    async (name) => {
      const field = {
        name,
        say: (value: unknown) => `${value}`,
        parse(value: unknown) {
          return this.say(value)
        },
      }
      const h = serverWith({ name: 'f', clientFields: [field] })
      const metadata = { grant_types: ['client_credentials'] }
      expect((await h.server.clients.create(metadata)).client.fields).toBeUndefined()
      const { client } = await h.server.clients.create({ ...metadata, [name]: 'x' })
      expect({ ...client.fields }).toEqual({ [name]: 'x' })
    },
  )

  it('and makes a client field of what cannot be stored, is told', async () => {
    const field = { name: 'since', parse: () => wrong<Json>(new Date(0)) }
    const { server } = serverWith({ name: 'f', clientFields: [field] })
    const metadata = { grant_types: ['client_credentials'], since: 'x' }
    await expect(server.clients.create(metadata)).rejects.toThrow("the client metadata field 'since'")
  })

  it.each<[string, Feature, string]>([
    [
      'a key that no token names',
      { name: 'f', keyProofs: [wrong({ member: 'x5t#s256', read: () => null })] },
      'member (jkt or x5t#S256)',
    ],
    [
      'a carrier that does not exist',
      { name: 'f', responseModes: [wrong({ name: 'pigeon', carrier: 'pigeon' })] },
      'carrier (query, fragment or form_post)',
    ],
    ['a term that cannot be kept', { name: 'f', terms: [{ name: '__proto__' }] }, "the term '__proto__'"],
    [
      'a field that cannot be kept',
      { name: 'f', clientFields: [{ name: '__proto__', parse: () => 1 }] },
      "field '__proto__'",
    ],
  ])('and has %s, is refused', (_, feature, message) => {
    expect(() => serverWith(feature)).toThrow(message)
  })
})
