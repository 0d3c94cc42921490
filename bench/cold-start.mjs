/**
 * What a Worker costs before its first answer: workerd is started with its script, and asked at once.
 *
 * @module
 */
import { median } from './figures.mjs'
import { demand } from './load/wrong.mjs'
import { rotated } from './measure.mjs'
import { columns } from './tables.mjs'
import { deleteFolder, temporaryFolder } from './temporary.mjs'
import { prepareWorker } from './workerd/scripts.mjs'
import { findWorkerd, firstAnswer } from './workerd/start.mjs'
import { discovery, jwks } from './works/documents.mjs'
import { get } from './works/requests.mjs'

const STARTS = 15
const host = 'localhost'
const metadata = '/.well-known/oauth-authorization-server'

/** @typedef {{ next(): string, replied(reply: any): unknown }} Question a request, and a look at its answer that throws */

/** As in the work. */
const asked = (work, paths) => work.begin({ host, issuer: `http://${host}`, paths }).lane(0, 1)

/** @param {RegExp} body */
const anything = (body) => ({
  next: () => get(host, '/'),
  replied: (reply) => demand(reply.status === 200 && body.test(reply.body), `the body is like ${body}`, reply),
})

const grantwright = {
  introspect: '/oauth/introspect',
  discovery: metadata,
  jwks: '/oauth/jwks',
  token: '/oauth/token',
  authorize: '/oauth/authorize',
}

/** @type {{ contestant: string, label: string, script: string, metadata: Question, keys?: Question }[]} `keys` of who has any */
const workers = [
  { contestant: 'floor', label: 'empty Worker', script: 'empty', metadata: anything(/^\{"keys":\[\]\}$/) },
  {
    contestant: 'grantwright',
    label: 'grantwright',
    script: 'grantwright',
    metadata: asked(discovery, grantwright),
    keys: asked(jwks, grantwright),
  },
  {
    contestant: 'workers',
    label: '@cloudflare/workers-oauth-provider',
    script: 'oauth-provider',
    metadata: asked(discovery, { discovery: metadata, token: '/oauth/token', authorize: '/authorize' }),
  },
]

/**
 * @typedef {{ label: string, minified: number, gzipped: number, evaluated: number, metadata: number, keys?: number }} ColdStart bytes of the script, and
 *   milliseconds: of its evaluation, and from the start of workerd to the first answer, whichever of the two is asked for
 * @param {string[]} names contestants that take part
 * @param {number} core
 * @returns {Promise<{ version: string, starts: number, found: ColdStart[] } | { why: string }>} `why` nothing can be measured here
 */
export async function coldStartsOf(names, core) {
  let workerd
  try {
    workerd = findWorkerd()
  } catch (error) {
    return { why: error.message.split('\n')[0] }
  }
  const folder = temporaryFolder()
  try {
    const measured = []
    for (const worker of workers.filter(({ contestant }) => names.includes(contestant))) {
      const { sizes, plain, timed } = await prepareWorker(folder, worker.script, workerd.date)
      measured.push({ label: worker.label, sizes, series: seriesOf(worker, plain, timed) })
    }
    const all = measured.flatMap(({ series }) => series)
    for (let start = 0; start < STARTS; start++)
      for (const { label, config, question, read, figures } of rotated(all, start)) {
        const answer = await firstAnswer(workerd.binary, config, core, question.next())
        checked(label, question, answer.reply)
        figures.push(read(answer))
      }
    const found = measured.map(({ label, sizes, series }) => ({
      label,
      ...sizes,
      ...Object.fromEntries(series.map(({ member, figures }) => [member, median(figures)])),
    }))
    return { version: workerd.version, starts: STARTS, found }
  } finally {
    deleteFolder(folder)
  }
}

/** @param {string} plain configuration, with the script alone @param {string} timed with the script in one that evaluates it when it is asked */
function seriesOf({ label, metadata, keys }, plain, timed) {
  const one = (member, config, question, read) => ({ label, member, config, question, read, figures: [] })
  const took = (answer) => answer.took
  return [
    one('evaluated', timed, anything(/^\d+$/), ({ reply }) => Number(reply.body)),
    one('metadata', plain, metadata, took),
    ...(keys ? [one('keys', plain, keys, took)] : []),
  ]
}

function checked(label, question, reply) {
  try {
    question.replied(reply)
  } catch (error) {
    throw new Error(`${label} under workerd: ${error.message}`)
  }
}

/** @param {Awaited<ReturnType<typeof coldStartsOf>>} measured */
export function coldStartTable(measured) {
  if ('why' in measured) return `\nNo cold start: ${measured.why}`
  const head = [
    `Cold start under workerd ${measured.version}`,
    'KB',
    'KB gzipped',
    'evaluation ms',
    'metadata ms',
    'keys ms',
  ]
  return `\n${columns([head, ...measured.found.map((one) => [one.label, ...coldStartFigures(one)])])}`
}

/** @param {ColdStart} one */
export const coldStartFigures = ({ minified, gzipped, evaluated, metadata, keys }) => [
  (minified / 1000).toFixed(1),
  (gzipped / 1000).toFixed(1),
  evaluated.toFixed(0),
  metadata.toFixed(0),
  keys === undefined ? '–' : keys.toFixed(0),
]
