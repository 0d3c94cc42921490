/**
 * The page: takes the steps, and draws what was said. It knows nothing by itself: requests and responses come from the
 * client as they happen (/demo/events), endpoints from the server's metadata, users and scopes from /playground.json.
 */

import { el, show } from './dom.js'
import { drawChapter } from './sequence.js'
import { startTabs } from './tabs.js'
import { drawTokens } from './tokens.js'

const windowLength = 10_000
const chapters = new Map()
let state = null
/** By how much the server's clock is ahead of this one. */
let ahead = 0
let busy = null
/** Milliseconds that an answer may take, and after which one that did not come is asked for again. */
const patience = 30_000
const pause = 1_000
const unanswered = new Set()
/** The scope that the boxes were last ticked by. */
let tickedBy = ''
/** Whether what was there when the page was opened has been drawn. */
let caughtUp = false

const byId = (id) => document.getElementById(id)
const buttons = [...document.querySelectorAll('button[data-step]')]
const cards = [...document.querySelectorAll('.card')]

for (const button of buttons) button.addEventListener('click', () => take(button.dataset.step))
startTabs()
persist(describe)
listen()

/** Does it again until it succeeds. */
async function persist(work) {
  try {
    await work()
    note('page', true)
  } catch {
    note('page', false)
    setTimeout(persist, pause, work)
  }
}

/** Whether something that was asked for was answered; as long as anything was not, the page says so. */
function note(what, isAnswered) {
  if (isAnswered) unanswered.delete(what)
  else unanswered.add(what)
  show(byId('offline'), unanswered.size > 0)
}

function listen() {
  const events = new EventSource('/demo/events')
  events.onopen = () => note('events', true)
  events.onerror = () => {
    note('events', false)
    // It comes back by itself when it was cut off, but not after an answer such as 503.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, pause)
  }
  events.onmessage = ({ data }) => {
    const update = JSON.parse(data)
    state = update.state
    ahead = update.now - Date.now()
    if (update.all) {
      chapters.clear()
      byId('chapters').replaceChildren()
    }
    for (const chapter of update.chapters) {
      chapters.set(chapter.id, chapter)
      drawChapter(byId('chapters'), chapter)
    }
    for (const { id } of [...chapters.values()].slice(0, -20)) chapters.delete(id)
    draw()
    caughtUp = true
  }
}

/** One step, taken by the client. What comes of it arrives as events. */
async function take(step) {
  busy = step
  draw()
  try {
    await fetch(`/demo/${step}`, { method: 'POST', signal: AbortSignal.timeout(patience) })
    note('step', true)
  } catch {
    note('step', false)
  }
  busy = null
  draw()
}

function draw() {
  show(byId('nothing'), chapters.size === 0)
  drawTokens(byId('token-cards'), state)
  drawGrant()
  drawScopes()
  drawWindow()
  drawButtons()
  drawOutcome()
}

function drawGrant() {
  const none = state?.denied ? 'No grant: you said no' : 'No grant yet'
  const words = { none, active: 'Grant is alive', ended: 'Grant has ended' }
  byId('grant').textContent = words[state?.grant ?? 'none']
  byId('grant').dataset.grant = state?.grant ?? 'none'
}

/** After a login the boxes show what was granted; what a person ticks then stays. */
function drawScopes() {
  const granted = state?.grant === 'active' ? state.tokens.scope : ''
  const names = granted.split(' ')
  for (const label of byId('scopes').children) {
    const box = label.querySelector('input')
    if (granted !== '' && granted !== tickedBy) box.checked = names.includes(box.value)
    show(label.querySelector('.granted'), names.includes(box.value))
  }
  if (byId('scopes').children.length > 0) tickedBy = granted
}

/** What came of the newest step, in its card. What came of the others stands in the sequence. */
function drawOutcome() {
  const newest = [...chapters.values()].at(-1)
  for (const { id } of chapters.values()) {
    const told = document.querySelector(`#chapter-${id} .chapter-outcome`)
    if (told) show(told, id !== newest.id)
  }
  for (const card of cards) {
    const isNewest = newest !== undefined && card.dataset.steps.split(' ').includes(newest.step)
    const key = isNewest && newest.outcome ? `chapter-${newest.id}` : ''
    card.classList.toggle('newest', isNewest)
    if (card.dataset.told === key) continue
    card.dataset.told = key
    const told = card.querySelector('.told')
    told.replaceChildren()
    if (key === '') continue
    const { tone, text } = newest.outcome
    told.append(
      el(
        'div',
        { class: `outcome ${tone}` },
        el('p', {}, text),
        el('a', { href: `#${key}` }, 'See it in the sequence'),
      ),
    )
    if (!caughtUp) continue
    // What to do next is in sight, too: for a retry there are only ten seconds. But what happened comes first.
    for (const shown of [document.querySelector('.card:has(.next)'), card]) shown?.scrollIntoView({ block: 'nearest' })
  }
}

function drawWindow() {
  const { spent, grant } = state ?? {}
  const left = spent && grant === 'active' ? spent.replayAt - Date.now() - ahead : null
  show(byId('window'), left !== null)
  byId('window-text').textContent = windowText(left)
  if (left === null) return
  byId('hand').style.inlineSize = `${Math.min(100, Math.max(0, 100 - (100 * left) / windowLength))}%`
  byId('window').dataset.over = left <= 0
  if (left > 0) setTimeout(tick, Math.min(100, left))
}

function tick() {
  drawWindow()
  drawButtons()
}

function windowText(left) {
  if (left === null) return state?.grant === 'active' ? 'Refresh first: then there is a spent token.' : ''
  if (left <= 0) return 'From now on it is a replay.'
  return `Still a retry. A replay in ${Math.ceil(left / 1000)} s.`
}

function drawButtons() {
  const { grant, tokens, spent } = state ?? {}
  const over = spent ? spent.replayAt <= Date.now() + ahead : false
  const live = grant === 'active'
  const possible = {
    read: tokens,
    write: tokens,
    introspect: tokens,
    refresh: tokens,
    retry: live && spent && !over,
    replay: live && spent && over,
    revoke: live,
    service: true,
  }
  const next = nextStep(live, over)
  for (const button of buttons) {
    const { step } = button.dataset
    button.disabled = !possible[step] || (busy !== null && busy !== step)
    button.toggleAttribute('aria-busy', busy === step)
    button.classList.toggle('next', step === next)
  }
  document.querySelector('#login button').classList.toggle('next', next === 'login')
}

/** The step that tells most now. */
function nextStep(live, over) {
  if (!live) return 'login'
  const all = [...chapters.values()]
  const since = all.findLast(({ step }) => step === 'login')?.id ?? 0
  const taken = new Set(all.filter(({ id }) => id > since).map(({ step }) => step))
  if (!taken.has('read')) return 'read'
  if (!state.spent) return 'refresh'
  return over ? 'replay' : 'retry'
}

/** What does not change while the page is open. */
async function describe() {
  const { issuer, metadata_url, users, scopes } = await read('/playground.json')
  byId('issuer').textContent = issuer
  byId('users').replaceChildren(
    ...users.flatMap(({ username, password }) => [el('dt', {}, username), el('dd', {}, el('code', {}, password))]),
  )
  byId('scopes').replaceChildren(
    ...scopes.map((scope, i) =>
      el(
        'label',
        {},
        el('input', { type: 'checkbox', name: 'scope', value: scope, checked: i === 0 }),
        el('code', {}, scope),
        el('span', { class: 'granted', hidden: true }, 'granted'),
      ),
    ),
  )
  drawScopes()
  drawEndpoints(metadata_url, await read(metadata_url))
}

async function read(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(patience) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.json()
}

function drawEndpoints(url, metadata) {
  const isEndpoint = ([, value]) => typeof value === 'string' && value.startsWith(`${metadata.issuer}/`)
  const entries = Object.entries(metadata)
  const rows = (list) =>
    el(
      'dl',
      { class: 'table' },
      ...list.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, endpointValue(name, value))]),
    )
  byId('endpoint-list').replaceChildren(
    el(
      'p',
      { class: 'muted' },
      'Read just now from ',
      el('a', { href: url }, new URL(url).pathname),
      '. A client needs to know nothing else. Users and clients for a script are in ',
      el('a', { href: 'playground.json' }, 'playground.json'),
      '.',
    ),
    rows(entries.filter(isEndpoint)),
    el(
      'details',
      { class: 'more' },
      el('summary', {}, 'Everything else in it'),
      rows(entries.filter((entry) => !isEndpoint(entry))),
    ),
  )
}

function endpointValue(name, value) {
  if (name === 'jwks_uri') return el('a', { href: value }, value)
  return el('code', {}, Array.isArray(value) ? value.join(', ') : String(value))
}
