import { describe, expect, it } from 'vitest'
import type { FurtherDemand, LoginReason, LoginTrace, Prompt } from '../../src/protocol/prompt.js'
import { decideVisit, MAX_CHALLENGES, type Unknown, type Verdict, type VisitFacts } from '../../src/protocol/visit.js'

const NOW = 1_800_000_000_000
const access = [{ resource: 'https://api.example.com', scope: ['read'] }]
const terms = { '!workspace': 'one' }
const less = [{ resource: 'https://api.example.com', scope: [] }]

const demands: readonly (readonly Prompt[])[] = [
  [],
  ['none'],
  ['login'],
  ['consent'],
  ['select_account'],
  ['create'],
  ['login', 'consent'],
  ['select_account', 'consent'],
]
const maxAges = [undefined, 0, 60]
/** Who is there: nobody; whoever was there when the request began; the same, ten minutes older; one who has logged in since; somebody else. */
const logins = {
  nobody: null,
  there: { subject: 'alice', sessionId: 'one', authenticatedAt: NOW - 5000 },
  old: { subject: 'alice', sessionId: 'one', authenticatedAt: NOW - 600_000 },
  fresh: { subject: 'alice', sessionId: 'two', authenticatedAt: NOW, acr: 'two' },
  bob: { subject: 'bob', sessionId: 'three', authenticatedAt: NOW },
} satisfies { [name: string]: VisitFacts['login'] }
/** The login that was noted when the request began: not at all, nobody, the one of `there` and `old`. */
const noted: readonly (LoginTrace | null | undefined)[] = [undefined, null, { authenticatedAt: NOW - 5000 }]
const reasons: readonly (LoginReason | null)[] = [null, 'fresh', 'select_account', 'no_login']
const answers: readonly VisitFacts['answer'][] = [
  null,
  ...[true, false].flatMap((isNew) => [
    { subject: 'alice', access, terms, isNew },
    { subject: 'alice', access: [], isNew },
  ]),
  { subject: 'bob', access, terms, isNew: false },
]

/** Everything that a look-up may find. */
const found: { readonly [what in Unknown]: readonly Partial<VisitFacts>[] } = {
  isIssued: [{ isIssued: false }, { isIssued: true }],
  login: Object.values(logins).map((login) => ({ login })),
  answerStands: [{ answerStands: true }, { answerStands: false }],
  choice: [{ choice: 'settled' }, { choice: 'open' }, { choice: 'refused' }],
  agreement: [
    { agreement: { covers: false, unticked: less } },
    { agreement: { covers: true, access, terms, basis: 'first_party' } },
    { agreement: { covers: true, access, terms, basis: 'remembered' } },
  ],
  isTooOften: [{ isTooOften: false }, { isTooOften: true }],
  room: [{ room: 0 }, { room: 5000 }],
}

function* beginnings(): Generator<VisitFacts> {
  for (const prompt of demands)
    for (const maxAge of maxAges) {
      const nothing = { isSwitching: false, challenges: 0, answer: null, isOver: false }
      for (const isEmbedded of [false, true])
        yield { demand: { prompt, maxAge, lastReason: null }, ...nothing, isStored: false, isEmbedded }
      // Nobody is asked with prompt=none, so nobody answers.
      for (const loginAtRequest of noted)
        for (const lastReason of reasons)
          for (const isSwitching of [false, true])
            for (const challenges of lastReason === null ? [0] : [1, 2, 3])
              for (const answer of prompt.includes('none') ? [null] : answers) {
                const demand = { prompt, maxAge, loginAtRequest, lastReason }
                const known = { demand, isSwitching, challenges, answer, isEmbedded: false }
                yield { ...known, isStored: true, isOver: false }
                for (const isEmbedded of [false, true]) yield { ...known, isEmbedded, isStored: false, isOver: true }
              }
    }
}

/** What features ask of the login besides: somebody, an acr that must be reached, one that need not. */
const further: readonly FurtherDemand[] = [
  { subject: 'alice' },
  { acr: { values: ['two', 'three'], essential: true } },
  { acr: { values: ['two'], essential: false } },
  { subject: 'bob', acr: { values: ['two'], essential: true }, maxAge: 60 },
]

function* beginningsWithMore(): Generator<VisitFacts> {
  for (const prompt of demands)
    for (const more of further)
      for (const loginAtRequest of [undefined, null])
        for (const challenges of [0, 1, 3])
          for (const isStored of challenges > 0 ? [true] : [true, false])
            for (const answer of prompt.includes('none') || !isStored ? [null] : answers) {
              const lastReason = challenges === 0 ? null : 'select_account'
              const demand = { prompt, ...more, loginAtRequest, lastReason } as const
              yield { demand, challenges, answer, isStored, isSwitching: false, isOver: false, isEmbedded: false }
            }
}

/** One way to the end: what was known then, what was looked up on the way, and whether the answer was written down on it. */
interface Ending {
  readonly facts: VisitFacts
  readonly learnt: readonly Unknown[]
  readonly recorded: boolean
  readonly verdict: Exclude<Verdict, { next: 'learn' | 'record' }>
}

function* endingsOf(facts: VisitFacts, learnt: readonly Unknown[] = [], recorded = false): Generator<Ending> {
  const verdict = decideVisit(facts, NOW)
  if (verdict.next === 'learn') {
    if (learnt.length > 5) throw new Error(`It goes on asking: ${learnt.join(', ')}`)
    for (const fact of found[verdict.what]) yield* endingsOf({ ...facts, ...fact }, [...learnt, verdict.what], recorded)
  } else if (verdict.next === 'record') {
    if (recorded || !facts.answer) throw new Error('Nothing new is there to be written down')
    yield* endingsOf({ ...facts, answer: { ...facts.answer, isNew: false }, answerStands: true }, learnt, true)
  } else yield { facts, learnt, recorded, verdict }
}

const endings = [...beginnings(), ...beginningsWithMore()].flatMap((facts) => [...endingsOf(facts)])
const ended = <Next extends Verdict['next']>(next: Next) =>
  endings.filter(
    (ending): ending is Ending & { verdict: Extract<Verdict, { next: Next }> } => ending.verdict.next === next,
  )
const silent = ({ facts }: Ending) => facts.demand.prompt.includes('none')

/** Whether an answer would tell something of the person beyond that somebody is there. */
const isTelling = ({ facts: { demand } }: Ending) => demand.subject !== undefined || !!demand.acr?.essential

/** Said in other words than the code does: whether this login came about after the request did. */
const isNewer = ({ demand, login }: VisitFacts) =>
  login != null && (demand.loginAtRequest === null || (!!demand.loginAtRequest && login.authenticatedAt === NOW))

describe('of all that may be known when a request is at the browser', () => {
  it('nobody gets a code but who was demanded, nor without an acr that is essential', () => {
    const issued = ended('issue')
    for (const { facts } of issued) {
      const { subject, acr } = facts.demand
      if (subject !== undefined) expect(facts.login?.subject).toBe(subject)
      if (acr?.essential) expect(acr.values).toContain(facts.login?.acr)
    }
    expect(issued.some(({ facts }) => facts.demand.acr?.essential)).toBe(true)
    expect(issued.some(({ facts }) => facts.demand.acr?.essential === false && !facts.login?.acr)).toBe(true)
  })

  it('an acr that was not reached three times is told as such, and nothing else is', () => {
    const unmet = ended('refuse').filter(({ verdict }) => verdict.error === 'unmet_authentication_requirements')
    expect(unmet.length).toBeGreaterThan(0)
    for (const { facts } of unmet) {
      expect([facts.challenges, facts.demand.acr?.essential]).toEqual([MAX_CHALLENGES, true])
      expect(facts.demand.prompt).not.toContain('none')
    }
  })

  it('every combination comes to an end, and each end is reached', () => {
    expect(endings.length).toBeGreaterThan(20_000)
    expect(new Set(endings.map(({ verdict }) => verdict.next))).toEqual(
      new Set([
        ...['log_in', 'ask', 'issue', 'deny', 'not_yours', 'not_here', 'wait', 'refuse'],
        ...['answered', 'start_again'],
      ]),
    )
  })

  it('nothing is looked up twice, and at most five things are', () => {
    for (const { learnt } of endings) expect(new Set(learnt).size).toBe(learnt.length)
    expect(Math.max(...endings.map(({ learnt }) => learnt.length))).toBe(5)
  })

  it('what is over leads to nothing but another request like it, whatever is said', () => {
    const over = endings.filter(({ facts }) => facts.isOver)
    expect(over.length).toBeGreaterThan(1000)
    for (const { learnt, recorded, verdict } of over) {
      expect(['answered', 'start_again', 'not_here', 'wait']).toContain(verdict.next)
      expect(recorded).toBe(false)
      // Nor does it matter who is there.
      expect(learnt).not.toContain('login')
    }
    for (const { facts } of [...ended('answered'), ...ended('start_again')]) expect(facts.isOver).toBe(true)
  })

  it('nothing begins anew that was decided, or for which something was issued; all else does, where a person can see it', () => {
    for (const { facts, verdict } of ended('start_again')) {
      expect(facts.isIssued).toBe(false)
      expect(facts.answer?.isNew ?? true).toBe(true)
      expect(facts).toMatchObject({ isEmbedded: false, room: 0 })
      expect(verdict.isSwitching).toBe(facts.isSwitching)
    }
    for (const { facts } of ended('answered')) expect(facts.isIssued || facts.answer?.isNew === false).toBe(true)
  })

  it('nothing is issued but to somebody who is logged in, and to what they or the operator agreed to', () => {
    const issued = ended('issue')
    expect(issued.length).toBeGreaterThan(500)
    for (const { facts, verdict } of issued) {
      expect(facts.login).toBeTruthy()
      if (verdict.basis === 'answer') {
        expect(facts.answer).toEqual({ subject: facts.login?.subject, access: verdict.access, terms, isNew: false })
        expect(facts.answerStands).toBe(true)
      } else {
        expect(facts.agreement).toEqual({ covers: true, access: verdict.access, terms, basis: verdict.basis })
      }
      expect(verdict).toMatchObject({ access, terms })
    }
  })

  it('what somebody decided is nothing for anybody else', () => {
    const others = endings.filter(
      ({ facts }) => !facts.isOver && facts.answer && facts.login && facts.answer.subject !== facts.login.subject,
    )
    for (const { verdict, recorded } of others) {
      expect(recorded).toBe(false)
      expect(['not_yours', 'log_in', 'refuse']).toContain(verdict.next)
    }
    for (const { facts } of ended('not_yours')) expect(facts.answer?.subject).not.toBe(facts.login?.subject)
  })

  it('only an answer that was just given is written down, and it is carried out then', () => {
    const recorded = endings.filter((ending) => ending.recorded)
    expect(recorded.length).toBeGreaterThan(100)
    for (const { facts, verdict } of recorded) {
      expect(verdict.next).toBe(facts.answer?.access.length ? 'issue' : 'deny')
    }
  })

  it('who said no gets nothing, and only they are denied', () => {
    for (const { facts } of ended('deny')) {
      expect(facts.answer).toEqual({ subject: facts.login?.subject, access: [], isNew: false })
    }
    for (const { facts } of ended('issue')) expect(facts.answer?.access).not.toEqual([])
  })

  it('prompt=none shows nothing', () => {
    for (const ending of endings.filter((one) => silent(one) && !one.facts.isOver))
      expect(['issue', 'refuse']).toContain(ending.verdict.next)
  })

  it('prompt=consent gives a code only for an answer', () => {
    for (const { facts, verdict } of ended('issue')) {
      if (facts.demand.prompt.includes('consent')) expect(verdict.basis).toBe('answer')
    }
  })

  it('prompt=login and max_age=0 take only a login that came after the request', () => {
    for (const { facts } of [...ended('issue'), ...ended('ask'), ...ended('deny')]) {
      if (facts.demand.prompt.includes('login') || facts.demand.maxAge === 0) expect(isNewer(facts)).toBe(true)
    }
  })

  it('max_age takes no login that is older, unless it came after the request', () => {
    for (const { facts } of [...ended('issue'), ...ended('ask')]) {
      if (facts.demand.maxAge === 60 && facts.login === logins.old) expect(isNewer(facts)).toBe(true)
    }
  })

  it('who has to choose an account or to sign up is sent there first', () => {
    for (const { facts } of [...ended('issue'), ...ended('ask'), ...ended('deny')]) {
      const { prompt, lastReason } = facts.demand
      if (prompt.includes('select_account') || prompt.includes('create')) expect(lastReason).not.toBeNull()
    }
  })

  it('who says that they are somebody else is sent to the login, whoever they are', () => {
    const switching = endings.filter((ending) => ending.facts.isSwitching && !silent(ending) && !ending.facts.isOver)
    for (const { verdict, learnt } of switching) {
      expect(['log_in', 'refuse']).toContain(verdict.next)
      expect(learnt).toEqual([])
    }
  })

  it('nobody is sent to the login a fourth time', () => {
    for (const { facts } of ended('log_in')) expect(facts.challenges).toBeLessThan(MAX_CHALLENGES)
    const last = endings.filter(
      ({ facts, verdict }) => facts.challenges === MAX_CHALLENGES && verdict.next === 'refuse',
    )
    expect(last.length).toBeGreaterThan(100)
  })

  it('a request that nobody can answer here is not stored', () => {
    for (const { facts } of [...ended('log_in'), ...ended('ask')]) {
      expect(facts.isStored || (!facts.isEmbedded && facts.room === 0)).toBe(true)
    }
    for (const { facts } of ended('not_here')) expect(facts).toMatchObject({ isStored: false, isEmbedded: true })
    for (const { facts, verdict } of ended('wait')) {
      expect(facts).toMatchObject({ isStored: false, room: verdict.milliseconds })
      expect(verdict.milliseconds).toBeGreaterThan(0)
    }
  })

  it('without an answer, what is still to be chosen is asked, and whoever may choose nothing gets nothing', () => {
    const unanswered = endings.filter((ending) => ending.facts.choice && !(silent(ending) && isTelling(ending)))
    expect(unanswered.length).toBeGreaterThan(100)
    for (const { facts, verdict } of unanswered) {
      if (facts.choice === 'refused') expect(verdict).toMatchObject({ next: 'refuse', error: 'access_denied' })
      if (facts.choice === 'open') expect(['ask', 'wait', 'not_here', 'refuse']).toContain(verdict.next)
    }
    for (const { facts, verdict } of ended('issue'))
      if (verdict.basis !== 'answer') expect(facts.choice).toBe('settled')
  })

  it('a client to which nobody has agreed does not learn who is there, or how they have logged in', () => {
    const strangers = endings.filter((ending) => silent(ending) && isTelling(ending) && !ending.facts.agreement?.covers)
    expect(strangers.length).toBeGreaterThan(50)
    for (const { facts, verdict } of strangers)
      if (!facts.isOver) expect(verdict).toMatchObject({ next: 'refuse', error: 'login_required' })
  })

  it('a code that nobody was asked about is counted first', () => {
    for (const { facts } of ended('issue')) if (!facts.isStored) expect(facts.isTooOften).toBe(false)
    for (const { facts } of endings) if (facts.isTooOften !== undefined) expect(facts.agreement?.covers).toBe(true)
  })

  it('a yes that has led to nothing is no agreement', () => {
    for (const { facts, verdict } of ended('issue'))
      if (facts.answerStands === false) expect(verdict.basis).not.toBe('answer')
  })

  it('however the login changes in between, a request asks for it three times at most', () => {
    const goOn = (facts: VisitFacts, times: number): number => {
      const sent = [...endingsOf(facts)].filter(({ verdict }) => verdict.next === 'log_in')
      return Math.max(
        times,
        ...sent.map(({ facts: before, verdict }) => {
          const lastReason = verdict.next === 'log_in' ? verdict.reason : null
          const demand = { ...before.demand, lastReason, loginAtRequest: before.demand.loginAtRequest ?? before.login }
          return goOn({ ...facts, demand, challenges: facts.challenges + 1, isStored: true }, times + 1)
        }),
      )
    }
    for (const prompt of demands) {
      const facts = { demand: { prompt, maxAge: 0, lastReason: null }, isSwitching: false, challenges: 0 }
      const most = goOn({ ...facts, isStored: false, isOver: false, isEmbedded: false, answer: null }, 0)
      expect(most).toBe(prompt.includes('none') ? 0 : MAX_CHALLENGES)
    }
  })
})
