/**
 * A swap whose fate nobody knows: its reply was lost, or it is carried out late. The client is told to come again, as every store may fail;
 * and coming again must not cost it what it came for.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTurn } from '../../src/runtime/turn.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import {
  API,
  CALLBACK,
  type Harness,
  harness,
  introspected,
  OTHER_API,
  obtainCode,
  obtainTokens,
  redeemForm,
  refreshForm,
  storedGrant,
} from '../support/harness.js'

/** A store on which the next swap of a grant gets no answer, and is carried out when the test says so, if ever. */
interface LateStorage extends Storage {
  /** From now on the next swap is late; with `unreadable`, reads fail until it was carried out. */
  hold(unreadable?: boolean): void
  /** Carries out the swap that was held last, or an earlier one. */
  land(which?: number): Promise<boolean>
  /** Called between the next read of a grant and what follows. */
  betweenReadAndSwap: (() => Promise<unknown>) | null
}

function lateStorage(): LateStorage {
  const { settlesByItself: _, ...inner } = memoryStorage()
  let holding = false
  let unreadable = false
  const held: (() => Promise<boolean>)[] = []
  const late: LateStorage = {
    ...inner,
    betweenReadAndSwap: null,
    hold(alsoReads = false) {
      holding = true
      unreadable = alsoReads
    },
    async land(which = held.length - 1) {
      unreadable = false
      return (await held[which]?.()) ?? false
    },
    async get(kind, id) {
      if (unreadable && held.length > 0) throw new Error('away')
      const record = await inner.get(kind, id)
      const between = late.betweenReadAndSwap
      if (kind === 'grant' && between) {
        late.betweenReadAndSwap = null
        await between()
      }
      return record
    },
    async replace(kind, record, expected) {
      if (!holding || kind !== 'grant') return inner.replace(kind, record, expected)
      holding = false
      held.push(() => inner.replace(kind, record, expected))
      throw new Error('the reply was lost')
    },
  }
  return late
}

let storage: LateStorage
let h: Harness
let other: Harness

beforeEach(() => {
  storage = lateStorage()
  // So that reading again ends soon.
  h = harness({ storage, storageTimeout: 0.05 })
  other = harness({ storage, storageTimeout: 0.05 })
})

const uncertain = {
  error: 'temporarily_unavailable',
  error_description:
    'Try again in a moment. If the answer is invalid_grant then, start again with a new authorization request.',
}
const redeemed = () => h.events.filter(({ type }) => type === 'code_redeemed').length

/** Redeems, and is told to come again. */
async function toldToComeAgain(form: Parameters<Harness['token']>[0]) {
  const { status, body, headers } = await h.token(form)
  expect([status, body, headers.get('retry-after')]).toEqual([503, uncertain, '1'])
}

describe.each([
  ['whose reply is lost, and which cannot be read again', true],
  ['that is carried out late', false],
])('a code, by a swap %s', (_, unreadable) => {
  let form: ReturnType<typeof redeemForm>

  beforeEach(async () => {
    form = redeemForm(await obtainCode(h))
    storage.hold(unreadable)
    await toldToComeAgain(form)
    expect(redeemed()).toBe(0)
    expect(await storage.land()).toBe(true)
  })

  it('gives the same client what it would have got, once, with the event', async () => {
    const { status, body } = await h.token(form)
    expect(status).toBe(200)
    expect(redeemed()).toBe(1)
    expect(await introspected(h, body.access_token)).toMatchObject({ active: true, sub: 'alice' })
    expect((await h.token(refreshForm(body.refresh_token))).status).toBe(200)
  })

  it('gives it to nobody who presents anything else: another verifier, redirect URI or client', async () => {
    const before = await storedGrant(h, form.code)
    const verifier = 'somebody-elses-verifier-somebody-elses-verifier'
    expect((await h.token({ ...form, code_verifier: verifier })).body.error).toBe('invalid_grant')
    expect((await h.token({ ...form, redirect_uri: `${CALLBACK}/` })).body.error).toBe('invalid_grant')
    expect((await h.token(form, 'posting')).body.error).toBe('invalid_grant')
    expect(await storedGrant(h, form.code)).toEqual(before)
    expect((await h.token(form)).status).toBe(200)
  })

  it('was handed over then: presented once more it is a replay, as ever', async () => {
    const { body } = await h.token(form)
    expect((await h.token(form)).body.error).toBe('invalid_grant')
    expect(await storedGrant(h, form.code)).toMatchObject({ status: 'revoked', because: 'replay' })
    expect((await h.token(refreshForm(body.refresh_token))).status).toBe(400)
  })

  it('is kept for a minute', async () => {
    h.now += 60_000
    expect((await h.token(form)).body.error).toBe('invalid_grant')
  })

  it('is unknown to another instance, which takes it for what it looks like', async () => {
    expect((await other.token(form)).body.error).toBe('invalid_grant')
    expect((await h.token(form)).body.error).toBe('invalid_grant')
  })

  it('is not given when the grant has ended since', async () => {
    await other.server.grants.revokeAll({ subject: 'alice' })
    expect((await h.token(form)).body.error).toBe('invalid_grant')
    expect(redeemed()).toBe(0)
  })
})

describe('a code, by a swap that is not carried out', () => {
  it('is redeemed as if nothing had been, by either instance', async () => {
    for (const instance of [h, other]) {
      const form = redeemForm(await obtainCode(h))
      storage.hold()
      await toldToComeAgain(form)
      expect((await instance.token(form)).status).toBe(200)
      // The old swap comes after all, and is lost.
      expect(await storage.land()).toBe(false)
    }
  })

  it('until the client has come again: the kept answer is the one that holds', async () => {
    const form = redeemForm(await obtainCode(h))
    storage.hold()
    await toldToComeAgain(form)
    storage.betweenReadAndSwap = () => storage.land()
    const { status, body } = await h.token(form)
    expect(status).toBe(200)
    expect(redeemed()).toBe(1)
    h.now += 86_400_000
    expect((await h.token(refreshForm(body.refresh_token))).status).toBe(200)
  })

  it('twice: whichever of both is carried out, its answer is given', async () => {
    const form = redeemForm(await obtainCode(h))
    storage.hold()
    await toldToComeAgain(form)
    storage.hold()
    await toldToComeAgain(form)
    expect(await storage.land(0)).toBe(true)
    expect(await storage.land(1)).toBe(false)
    const { status, body } = await h.token(form)
    expect(status).toBe(200)
    expect((await h.token(refreshForm(body.refresh_token))).status).toBe(200)
  })
})

describe('a swap whose reply is still on its way', () => {
  /** Carries out the next swap of a grant, and replies when the test says so. */
  function withheld() {
    const { settlesByItself: _, ...inner } = memoryStorage()
    let reply = () => {}
    let carriedOut = () => {}
    const isCarriedOut = new Promise<void>((resolve) => (carriedOut = resolve))
    const store: Storage & { withhold: boolean } = {
      ...inner,
      withhold: false,
      async replace(kind, record, expected) {
        const written = await inner.replace(kind, record, expected)
        if (!store.withhold || kind !== 'grant') return written
        store.withhold = false
        carriedOut()
        return new Promise((resolve) => (reply = () => resolve(written)))
      },
    }
    return { store, isCarriedOut, reply: () => reply() }
  }

  it('gives the client its tokens when that has come again by then; and the request that waited gives none', async () => {
    const { store, isCarriedOut, reply } = withheld()
    h = harness({ storage: store })
    const form = redeemForm(await obtainCode(h))
    store.withhold = true
    const waiting = h.token(form)
    await isCarriedOut
    const again = await h.token(form)
    expect(again.status).toBe(200)
    reply()
    const first = await waiting
    expect([first.status, first.body]).toEqual([503, uncertain])
    expect(redeemed()).toBe(1)
    expect((await h.token(refreshForm(again.body.refresh_token))).status).toBe(200)
  })

  it('does not keep a second tab from its successor: within the retry window both get the same', async () => {
    const { store, isCarriedOut, reply } = withheld()
    h = harness({ storage: store })
    const { refresh_token } = await obtainTokens(h)
    store.withhold = true
    const first = h.token(refreshForm(refresh_token))
    await isCarriedOut
    const second = await h.token(refreshForm(refresh_token))
    reply()
    expect([(await first).status, second.status]).toEqual([200, 200])
    expect((await first).body.refresh_token).toBe(second.body.refresh_token)
  })
})

describe('a refresh token', () => {
  it.each([30, 0])('with a retry window of %d s gets its successor', async (retryWindow) => {
    h = harness({ storage, storageTimeout: 0.05, retryWindow })
    const { refresh_token } = await obtainTokens(h)
    storage.hold()
    await toldToComeAgain(refreshForm(refresh_token))
    await storage.land()
    const { status, body } = await h.token(refreshForm(refresh_token))
    expect(status).toBe(200)
    h.now += 86_400_000
    expect((await h.token(refreshForm(body.refresh_token))).status).toBe(200)
  })
})

it.each([
  ['scope', { scope: 'write' }],
  ['resource', { resource: OTHER_API }],
])('another %s is another request: it does not get what was made for the first', async (_, more) => {
  h = harness({ storage, storageTimeout: 0.05, retryWindow: 0 })
  const asked = { resource: [API, OTHER_API], scope: 'read write admin' }
  const { refresh_token } = await obtainTokens(h, 'web', asked)
  storage.hold()
  await toldToComeAgain(refreshForm(refresh_token))
  await storage.land()
  expect((await h.token({ ...refreshForm(refresh_token), ...more })).body.error).toBe('invalid_grant')
})

describe('a store that never answers', () => {
  it('is a 503 to everybody in time, also where the whole server waits for its keys, and costs nothing', async () => {
    const { settlesByItself: _, ...inner } = memoryStorage()
    let hangs = false
    const hanging = <T>(work: () => Promise<T>) => (hangs ? new Promise<T>(() => {}) : work())
    const hung: Storage = {
      ...inner,
      get: (kind, id) => hanging(() => inner.get(kind, id)),
      replace: (kind, record, expected) => hanging(() => inner.replace(kind, record, expected)),
      insert: (kind, record, now) => hanging(() => inner.insert(kind, record, now)),
    }
    h = harness({ storage: hung, storageTimeout: 0.05 })
    hangs = true
    const machine = { grant_type: 'client_credentials' }
    expect((await h.token(machine, 'machine')).status).toBe(503)
    hangs = false
    expect((await h.token(machine, 'machine')).status).toBe(200)
    const form = redeemForm(await obtainCode(h))
    hangs = true
    expect((await h.token(form)).status).toBe(503)
    expect((await h.browser().get('/oauth/authorize?client_id=x&pending=y')).status).toBe(503)
    hangs = false
    expect((await h.token(form)).status).toBe(200)
  })
})

it('a refresh whose time is over writes nothing more either', async () => {
  const { refresh_token } = await obtainTokens(h)
  const grant = await storedGrant(h, refresh_token)
  let goOn = () => {}
  h.claims = () => new Promise((resolve) => (goOn = () => resolve({})))
  expect((await h.token(refreshForm(refresh_token))).status).toBe(503)
  h.claims = async () => ({})
  goOn()
  await nextTurn()
  expect(await storedGrant(h, refresh_token)).toEqual(grant)
  // Beyond any retry window: it is not spent.
  h.now += 86_400_000
  expect((await h.token(refreshForm(refresh_token))).status).toBe(200)
})

it('a request whose time is over writes nothing more, and so costs nothing', async () => {
  let goOn = () => {}
  let isOver = () => {}
  const over = new Promise<void>((resolve) => (isOver = resolve))
  h.claims = () => new Promise((resolve) => (goOn = () => resolve({})))
  const form = redeemForm(await obtainCode(h))
  const grant = await storedGrant(h, form.code)
  const { status } = await h.token(form)
  expect(status).toBe(503)
  h.claims = async () => {
    isOver()
    return {}
  }
  goOn()
  // The request that nobody waits for any more has had its turn by the time that this one is through.
  expect(await storedGrant(h, form.code)).toEqual(grant)
  expect((await h.token(form)).status).toBe(200)
  await over
  expect(redeemed()).toBe(1)
})
