/** Every sequence of inputs up to a bounded length, on the machine and on the reference model. */
import { describe, expect, it } from 'vitest'
import type { Input, Rules } from './reference.js'
import { advanceBoth, newWorld, type World } from './world.js'

const rules: Rules = {
  pkce: true,
  rotate: true,
  retryWindow: 30_000,
  codeLifetime: 60_000,
  idleLifetime: 100_000,
  grantLifetime: 130_000,
  accessLifetime: 45_000,
}

const depth = 6

describe.each([
  ['rotating, with a retry window', rules],
  ['rotating, without a retry window', { ...rules, retryWindow: 0 }],
  ['not rotating', { ...rules, rotate: false }],
  ['without PKCE', { ...rules, pkce: false }],
])('%s', (_, variant) => {
  it(`agrees with the model after every sequence of up to ${depth} inputs`, { timeout: 60_000 }, () => {
    const { states, steps, statuses, retries } = explore(variant)
    const guessed = variant.pkce ? ['wrong_verifiers'] : []
    expect(statuses).toEqual(new Set(['unredeemed', 'live', 'replay', ...guessed, 'client_request', 'user_request']))
    expect(states).toBeGreaterThan(1000)
    expect(steps).toBeGreaterThan(20_000)
    if (variant.rotate) expect(retries > 0).toBe(variant.retryWindow > 0)
  })
})

describe('a family that was refreshed fifteen times within a second', () => {
  it.each([
    ['with a retry window', rules],
    ['without', { ...rules, retryWindow: 0 }],
  ])('agrees with the model after every sequence of up to 5 inputs more, %s', { timeout: 60_000 }, (_, variant) => {
    let world = agree(newWorld(variant), { ...redemption(variant), ...own }, variant)
    for (let index = 0; index < 15; index++) {
      world = agree(world, { type: 'refresh', ...own, token: { index, forged: null } }, variant)
    }
    const { states, refusals, retries } = explore(variant, world, 5)
    expect(states).toBeGreaterThan(500)
    expect(refusals.has('crowded_out')).toBe(variant.retryWindow > 0)
    expect(refusals.has('replayed')).toBe(true)
    expect(retries > 0).toBe(variant.retryWindow > 0)
  })
})

/** Breadth first. Sequences that lead to the same state go on together, so what is explored is all of them. */
function explore(variant: Rules, from = newWorld(variant), most = depth) {
  const found = { states: 1, steps: 0, statuses: new Set<string>(), refusals: new Set<string>(), retries: 0 }
  let layer: World[] = [from]
  const seen = new Set(layer.map(keyOf))
  for (let length = 0; length < most; length++) {
    const next: World[] = []
    for (const world of layer) {
      found.statuses.add(world.model.status)
      for (const [reached, input] of successors(world, variant)) {
        found.steps++
        if (reached.refused) found.refusals.add(reached.refused)
        if (input?.type === 'refresh' && reached.grant === world.grant && reached.model !== world.model) found.retries++
        const key = keyOf(reached)
        if (seen.has(key)) continue
        seen.add(key)
        next.push(reached)
      }
    }
    found.states += next.length
    layer = next
  }
  for (const world of layer) found.statuses.add(world.model.status)
  return found
}

const keyOf = ({ grant, model, clock, issued }: World): string => JSON.stringify([clock, grant, model, issued.length])

function* successors(world: World, variant: Rules): Generator<[World, Input | null]> {
  // Inside the retry window, exactly at its end, and beyond it.
  for (const duration of [10_000, 35_000, 70_000]) yield [{ ...world, clock: world.clock + duration }, null]
  for (const input of alphabet(world, variant)) yield [agree(world, input, variant), input]
}

function agree(world: World, input: Input, variant: Rules): World {
  try {
    return advanceBoth(world, input, variant)
  } catch (cause) {
    throw new Error(`${JSON.stringify(input)} at ${JSON.stringify(world, null, 1)}`, { cause })
  }
}

const own = { client: 'own' } as const
const other = { client: 'other' } as const

const redemption = ({ pkce }: Pick<Rules, 'pkce'>) =>
  ({
    type: 'redeem',
    code: 'right',
    verifier: pkce ? 'right' : 'none',
    redirectUri: 'right',
    mayOmitPkce: !pkce,
  }) as const

function* alphabet({ model, issued }: World, { pkce }: Rules): Generator<Input> {
  const right = redemption({ pkce })
  yield { ...right, ...own }
  for (const verifier of ['right', 'wrong', 'none'] as const) yield { ...right, ...own, verifier }
  for (const redirectUri of ['wrong', 'none'] as const) yield { ...right, ...own, redirectUri }
  yield { ...right, ...own, mayOmitPkce: pkce }
  yield { ...right, ...own, code: 'wrong' }
  yield { ...right, ...other }
  const newest = Math.max(issued.length - 1, 0)
  for (const index of new Set([newest, Math.max(newest - 1, 0), Math.max(newest - 16, 0), 0])) {
    for (const forged of [null, 'secret'] as const) {
      yield { type: 'refresh', ...own, token: { index, forged } }
      yield { type: 'revoke_refresh', ...own, token: { index, forged } }
    }
    yield { type: 'refresh', ...own, token: { index, forged: 'proof' } }
    yield { type: 'refresh', ...other, token: { index, forged: null } }
  }
  yield { type: 'revoke_refresh', ...own, token: { index: 0, forged: 'proof' } }
  yield { type: 'revoke_refresh', ...other, token: { index: newest, forged: null } }
  for (const index of new Set([0, Math.max(model.access.length - 1, 0)])) {
    yield { type: 'revoke_access', ...own, index }
  }
  yield { type: 'revoke_access', ...other, index: 0 }
  yield { type: 'revoke_grant' }
}
