/**
 * The page: takes the steps, and draws what was said. It knows nothing by itself: requests and responses come from the
 * client as they happen (/demo/events), endpoints from the server's metadata, users and scopes from /playground.json.
 */

import { el, show } from './dom.js'
import { drawChapter } from './sequence.js'
import { drawTokens } from './tokens.js'

const windowLength = 10_000
const chapters = new Map()
let state = null
/** By how much the server's clock is ahead of this one. */
let ahead = 0
let busy = null
/** Whether what was there when the page was opened has been drawn. */
let caughtUp = false

const byId = (id) => document.getElementById(id)
const buttons = [...document.querySelectorAll('button[data-step]')]
const cards = [...document.querySelectorAll('.card')]

for (const button of buttons) button.addEventListener('click', () => take(button.dataset.step))
describe()
listen()

function listen() {
  const events = new EventSource('/demo/events')
  events.onopen = () => show(byId('offline'), false)
  events.onerror = () => show(byId('offline'), true)
  events.onmessage = ({ data }) => {
    const update = JSON.parse(data)
    state = update.state
    ahead = update.now - Date.now()
    if (update.all) {
      chapters.clear()
      byId('chapters').replaceChildren()
    }
    for (const chapter of update.chapters) {
      const before = chapters.get(chapter.id)
      chapters.set(chapter.id, chapter)
      drawChapter(byId('chapters'), chapter)
      if (chapter.outcome && !before?.outcome && !update.all) byId('live').textContent = chapter.outcome.text
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
    await fetch(`/demo/${step}`, { method: 'POST' })
  } catch {
    show(byId('offline'), true)
  }
  busy = null
  draw()
}

function draw() {
  show(byId('nothing'), chapters.size === 0)
  drawTokens(byId('token-cards'), state)
  drawGrant()
  drawWindow()
  drawButtons()
  drawOutcome()
}

function drawGrant() {
  const words = { none: 'No grant yet', active: 'Grant is alive', ended: 'Grant has ended' }
  byId('grant').textContent = words[state?.grant ?? 'none']
  byId('grant').dataset.grant = state?.grant ?? 'none'
}

/** What came of the newest step, in its card. What came of the others stands in the sequence. */
function drawOutcome() {
  const newest = [...chapters.values()].at(-1)
  for (const card of cards) {
    const isNewest = newest !== undefined && card.dataset.steps.split(' ').includes(newest.step)
    const key = isNewest && newest.outcome ? `chapter-${newest.id}` : ''
    card.classList.toggle('newest', isNewest)
    if (card.dataset.told === key) continue
    card.dataset.told = key
    card.querySelector('.outcome')?.remove()
    if (key === '') continue
    const { tone, text } = newest.outcome
    card.append(
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
  const { issuer, metadata_url, users, scopes } = await (await fetch('/playground.json')).json()
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
      ),
    ),
  )
  drawEndpoints(metadata_url, await (await fetch(metadata_url)).json())
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
      '. A client needs to know nothing else.',
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
