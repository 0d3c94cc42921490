/**
 * Takes the client's tokens apart. A real client does not look into them: to it they are opaque. People learn from it.
 */
import { el } from './dom.js'

let drawn = ''

export function drawTokens(place, state) {
  const { tokens, spent, serviceToken, grant, denied } = state ?? {}
  const key = JSON.stringify([tokens, spent, serviceToken, grant, denied])
  if (key === drawn) return
  drawn = key
  const cards = []
  if (tokens) {
    cards.push(accessTokenCard('Access token', tokens.access_token, true, grant))
    cards.push(refreshTokenCard(tokens.refresh_token, spent?.refresh_token, grant))
  }
  if (serviceToken) cards.push(accessTokenCard('Access token without a user', serviceToken, !tokens))
  if (cards.length === 0) cards.push(el('p', { class: 'empty' }, denied ? 'None: you said no.' : 'None yet.'))
  place.replaceChildren(...cards)
}

function accessTokenCard(title, token, isOpen, grant) {
  const [header, payload, signature] = token.split('.')
  const claims = jsonOf(payload)
  return el(
    'details',
    { class: 'panel', open: isOpen },
    el(
      'summary',
      { class: 'title' },
      title,
      el('span', { class: 'muted' }, ` JWT, RFC 9068${grant === 'ended' ? '; its grant has ended' : ''}`),
    ),
    el('p', { class: 'raw' }, part('p1', header), '.', part('p2', payload), '.', part('p3', signature)),
    el(
      'div',
      { class: 'columns' },
      el('section', {}, el('h3', { class: 'p1' }, 'Header'), el('pre', {}, JSON.stringify(jsonOf(header), null, 2))),
      el('section', {}, el('h3', { class: 'p2' }, 'Payload'), el('pre', {}, JSON.stringify(claims, null, 2))),
      el('section', {}, el('h3', {}, 'In words'), facts(claims)),
    ),
  )
}

function facts({ sub, aud, client_id, scope, exp, auth_time, jti }) {
  const [kind, grantId] = jti.split('.')
  const time = (seconds) => new Date(seconds * 1000).toLocaleTimeString()
  const list = [
    ['For', sub === client_id ? `the client ${client_id} itself` : `${sub}, through the client ${client_id}`],
    ['At', aud],
    ['May', scope || 'nothing'],
    ['Until', time(exp)],
    ...(auth_time ? [['Logged in', time(auth_time)]] : []),
    ['Grant', kind === 'g' ? grantId : 'none: nobody granted anything'],
  ]
  return el('dl', { class: 'table' }, ...list.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]))
}

/** The fields of a refresh token, with their lengths in base64url. */
const fields = [
  ['prefix', 5, 'so that leak scanners find it'],
  ['grant', 22, 'which record to look up'],
  ['family', 22, 'proves that it was once genuine; the same in every token of the family'],
  ['generation', 6, 'how often it was replaced'],
  ['secret', 43, 'only the current one is good; the server keeps its digest'],
]

function refreshTokenCard(token, spent, grant) {
  const current = split(token)
  const before = spent ? split(spent) : null
  return el(
    'details',
    { class: 'panel', open: true },
    el(
      'summary',
      { class: 'title' },
      'Refresh token',
      el('span', { class: 'muted' }, grant === 'ended' ? ' its grant has ended' : ''),
    ),
    refreshToken(token),
    ...(before ? [el('h3', {}, 'The spent one before it'), refreshToken(spent)] : []),
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ...['Part', 'What it is for', ...(before ? ['Now'] : [])].map((name) => el('th', { scope: 'col' }, name)),
        ),
      ),
      el(
        'tbody',
        {},
        ...fields.map(([name, , meaning], i) =>
          el(
            'tr',
            {},
            el('th', { scope: 'row' }, part(name, name)),
            el('td', {}, name === 'generation' ? `${meaning}: ${generationOf(current[i][1])}` : meaning),
            ...(before ? [el('td', { class: 'now' }, current[i][1] === before[i][1] ? 'same' : 'new')] : []),
          ),
        ),
      ),
    ),
  )
}

/** A refresh token with its parts in colours. */
export function refreshToken(token) {
  return el('p', { class: 'raw' }, ...split(token).map(([name, value]) => part(name, value)))
}

function split(token) {
  let rest = token
  return fields.map(([name, length]) => {
    const value = rest.slice(0, length)
    rest = rest.slice(length)
    return [name, value]
  })
}

const generationOf = (text) => [...bytesOf(text)].reduce((n, byte) => n * 256 + byte, 0)

const part = (name, text) => el('span', { class: `part ${name}` }, text)

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))

const jsonOf = (text) => JSON.parse(new TextDecoder().decode(bytesOf(text)))
