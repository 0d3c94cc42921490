/**
 * Draws a chapter: four lanes, an arrow for each request and each response in the order in which they were sent, and what
 * stood in them.
 */
import { el } from './dom.js'
import { refreshToken } from './tokens.js'

const lanes = ['browser', 'client', 'server', 'api']
const laneNames = { browser: 'Browser', client: 'Client', server: 'Authorization server', api: 'API' }
const titles = {
  login: 'Log in and agree',
  read: 'Read notes',
  write: 'Write a note',
  introspect: 'Introspect the access token',
  refresh: 'Refresh',
  retry: 'Retry: the spent refresh token again',
  replay: 'Replay: the spent refresh token, too late',
  revoke: 'Revoke',
  apps: 'Connected apps',
  logout: 'Log out of the server',
  service: 'Client credentials',
}

/** Ids of arrows whose details are open, of chapters that a person has folded, and of those that were seen to their end. */
const open = new Set()
const folded = new Set()
const seen = new Set()

/** Draws a chapter into the list, newest first, or draws it anew where it is. */
export function drawChapter(list, chapter) {
  const id = `chapter-${chapter.id}`
  const focused = document.activeElement?.id
  const before = document.getElementById(id)
  if (!before) for (const older of list.children) if (!folded.has(older.id)) older.open = false
  const drawn = chapterElement(chapter, id, before ? before.open : true)
  if (before) before.replaceWith(drawn)
  else list.prepend(drawn)
  if (focused && focused !== document.activeElement?.id)
    document.getElementById(focused)?.focus({ preventScroll: true })
}

function chapterElement(chapter, id, isOpen) {
  const { step, exchanges, outcome } = chapter
  if (outcome && !seen.has(id)) {
    seen.add(id)
    open.add(`${id}-${exchanges.indexOf(keyExchange(exchanges))}-request`)
  }
  const summary = el(
    'summary',
    { class: 'title', id: `${id}-summary` },
    el('span', { class: 'chapter-title' }, titles[step] ?? step),
    el('span', { class: 'chapter-count' }, exchanges.length === 1 ? '1 request' : `${exchanges.length} requests`),
  )
  const element = el(
    'details',
    { class: `chapter ${outcome?.tone ?? ''}`, id, open: isOpen },
    summary,
    ...(outcome ? [el('p', { class: 'chapter-outcome' }, outcome.text)] : []),
    ...(outcome?.same ? [sameTokens(outcome.same)] : []),
    el('div', { class: 'lanes', 'aria-hidden': 'true' }, ...lanes.map(laneElement)),
    el('ol', { class: 'arrows' }, ...arrowsOf(exchanges).map((arrow) => arrowElement(arrow, id))),
  )
  summary.addEventListener('click', () => folded.add(id))
  return element
}

/** One lane has a name that is too long for small screens. */
const laneElement = (lane) =>
  el(
    'span',
    { class: lane },
    el('span', { class: 'wide' }, laneNames[lane]),
    el('span', { class: 'narrow' }, lane === 'server' ? 'Server' : laneNames[lane]),
  )

/** The successor as it came first and as it came again, one below the other. */
const sameTokens = ([first, again]) =>
  el(
    'dl',
    { class: 'same' },
    el('dt', {}, 'The refresh token that came first'),
    el('dd', {}, refreshToken(first)),
    el('dt', {}, 'The one that came with the retry: the same'),
    el('dd', {}, refreshToken(again)),
  )

/** What one would look at first: what the client posted to the server first, else the last of all. */
const keyExchange = (exchanges) =>
  exchanges.find(({ from, to, request }) => from !== 'browser' && to === 'server' && request.method === 'POST') ??
  exchanges.at(-1)

function arrowsOf(exchanges) {
  return exchanges
    .flatMap((exchange, i) => [
      { exchange, i, isRequest: true, order: exchange.askedAs },
      ...(exchange.response ? [{ exchange, i, isRequest: false, order: exchange.answeredAs }] : []),
    ])
    .sort((a, b) => a.order - b.order)
}

function arrowElement({ exchange, i, isRequest }, chapterId) {
  const { from, to } = isRequest ? exchange : { from: exchange.to, to: exchange.from }
  const [a, b] = [lanes.indexOf(from), lanes.indexOf(to)]
  const id = `${chapterId}-${i}-${isRequest ? 'request' : 'response'}`
  const tone = isRequest ? '' : exchange.response.status >= 400 ? 'refused' : 'fine'
  const button = el(
    'button',
    {
      class: `arrow lane-${Math.min(a, b)}-${Math.max(a, b)} ${a < b ? 'right' : 'left'} ${isRequest ? 'asks' : 'answers'} ${tone} to-${to}`,
      id,
      type: 'button',
      'aria-expanded': String(open.has(id)),
    },
    el('span', { class: 'number', 'aria-hidden': 'true' }, String(i + 1)),
    el(
      'span',
      { class: 'label' },
      el('span', { class: 'visually-hidden' }, `${laneNames[from]} to ${laneNames[to]}: `),
      ...(isRequest ? requestLabel(exchange.request) : responseLabel(exchange.response)),
    ),
    el('span', { class: 'line', 'aria-hidden': 'true' }),
    el('span', { class: 'fold', 'aria-hidden': 'true' }),
  )
  const item = el('li', {}, button)
  if (open.has(id)) item.append(details(exchange))
  button.addEventListener('click', () => {
    const opening = !open.has(id)
    if (opening) open.add(id)
    else open.delete(id)
    button.setAttribute('aria-expanded', String(opening))
    if (opening) item.append(details(exchange))
    else item.lastElementChild.remove()
  })
  return item
}

function requestLabel({ method, url }) {
  const { pathname, search } = new URL(url)
  return [el('b', {}, method), ` ${pathname}`, el('span', { class: 'muted' }, search && '?…')]
}

function responseLabel({ status, headers, body }) {
  const location = headerOf(headers, 'location')
  // A page that the browser leaves at once. No redirect: what the browser asks for next is no consequence of the form.
  const refresh = /^0; url=(.+)$/.exec(headerOf(headers, 'refresh') ?? '')?.[1]
  if (refresh) return [el('b', {}, String(status)), ` goes on to ${shortUrl(refresh)}`]
  const type = headerOf(headers, 'content-type') ?? ''
  const what = location ? `to ${shortUrl(location)}` : describeBody(type, body) || reasons[status] || ''
  return [el('b', {}, String(status)), ` ${what}`]
}

function shortUrl(location) {
  const { pathname, search } = new URL(location, window.location.href)
  const names = [...new URLSearchParams(search).keys()]
  return names.length === 0 ? pathname : `${pathname}?${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`
}

function describeBody(type, body) {
  if (type.includes('html')) return /<title>([^<]*)/.exec(body)?.[1]?.trim() || 'a page'
  const parsed = jsonOf(body)
  if (!parsed) return ''
  const names = Object.keys(parsed)
  return parsed.error ?? names.slice(0, 3).join(', ') + (names.length > 3 ? ' …' : '')
}

function details({ request, response }) {
  const { search } = new URL(request.url)
  const parts = [
    el(
      'section',
      {},
      el('h3', {}, 'Request'),
      el(
        'p',
        { class: 'start-line' },
        el('b', {}, request.method),
        ` ${search ? request.url.slice(0, -search.length) : request.url}`,
      ),
      ...(search ? [el('h4', {}, 'Query'), pairs([...new URLSearchParams(search)])] : []),
      ...headersOf(request.headers),
      ...bodyOf(request),
    ),
  ]
  if (response) {
    parts.push(
      el(
        'section',
        {},
        el('h3', {}, 'Response'),
        el('p', { class: 'start-line' }, el('b', {}, String(response.status)), ` ${reasons[response.status] ?? ''}`),
        ...headersOf(response.headers),
        ...bodyOf(response),
      ),
    )
  }
  return el('div', { class: 'exchange' }, ...parts)
}

const reasons = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  302: 'Found',
  303: 'See Other',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
}

const telling = [
  'authorization',
  'content-type',
  'location',
  'refresh',
  'cookie',
  'set-cookie',
  'www-authenticate',
  'cache-control',
]

/** Those that matter here, and the rest folded away. */
function headersOf(headers) {
  const shown = headers.filter(([name]) => telling.includes(name.toLowerCase()))
  const rest = headers.filter(([name]) => !telling.includes(name.toLowerCase()))
  return [
    ...(shown.length > 0 ? [el('h4', {}, 'Headers'), pairs(shown.flatMap(withMeaning))] : []),
    ...(rest.length > 0
      ? [
          el(
            'details',
            { class: 'more' },
            el('summary', {}, `${rest.length} ${shown.length > 0 ? 'more ' : ''}headers`),
            pairs(rest),
          ),
        ]
      : []),
  ]
}

/** RFC 6749 §2.3.1: what is in a Basic header. */
function withMeaning([name, value]) {
  const basic = /^Basic (.+)$/.exec(value)?.[1]
  if (name.toLowerCase() !== 'authorization' || !basic) return [[name, value]]
  return [
    [name, value],
    ['↳ decoded', atob(basic)],
  ]
}

function bodyOf({ headers, body }) {
  if (body === '') return []
  const type = headerOf(headers, 'content-type') ?? ''
  if (type.includes('html')) {
    return [
      el(
        'details',
        { class: 'more' },
        el('summary', {}, `HTML, ${body.length.toLocaleString('en')} characters`),
        el('pre', {}, body),
      ),
    ]
  }
  const parsed = jsonOf(body)
  if (parsed) return [el('h4', {}, 'JSON'), el('pre', {}, JSON.stringify(parsed, null, 2))]
  return [el('h4', {}, 'Form'), pairs([...new URLSearchParams(body)])]
}

const pairs = (list) =>
  el(
    'dl',
    { class: 'table' },
    ...list.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, el('code', {}, value))]),
  )

const headerOf = (headers, wanted) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1]

function jsonOf(text) {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}
